"""Notebooks as submissions: what of them counts, and what they are told."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers.commands import RunGrader
from helpers.notebooks import IMPORTS, MAKE, RELU, notebook, write
from helpers.repository import REPOSITORY, solution, wrong
from nbformat import v3

from grader.course.manifest import load_course
from grader.submissions.notebook import make_notebook, split_module
from grader.submissions.reading import load_submission
from grader.submissions.untouched import original_stub

COURSE = load_course(REPOSITORY)
SLUGS = COURSE.slugs
LEAKY = wrong("relu", "test_hidden_is_relu/leaky.py")


# ---------------------------------------------------------------- what counts

DAMPENED = MAKE.replace("=momentum)", "=momentum, dampening=momentum)")
FORWARD = """\
def forward(self, x):
    return self.out(act(self.hidden(x)))
"""

# Notebooks that earn full marks, by slug and what they show.
RIGHT: dict[tuple[str, str], list[str]] = {
    ("momentum", "with_all_that_a_lesson_has"): [
        "%matplotlib inline\n%load_ext autoreload\n!pip install x 2>&1 | grep 'it\nimport torch",
        "pip install nothing",
        "import this\nimport matplotlib.pyplot as plt\nimport no_such_library_here as absent\n"
        "from assignments.baseline import Net\nplt.rcParams['figure.dpi'] = 100",
        "_ = torch.manual_seed(0)\ntorch.manual_seed(1)\n_ = torch.set_default_device('meta')",
        "%%time\n%config x\n" + MAKE,
        "%%bash\nfor x in *; do echo $x; done",
        "net = Net(784, 512, 10)\noptimizer = make_optimizer(net.parameters())\nnet",
        "make_optimizer?\n?make_optimizer\nfiles = !ls\nt = %timeit -o make_optimizer([])",
        "losses = []\ndef show():\n    absent.look(plt.plot(losses))",
        "while True:\n    losses.append(absent.train(net, optimizer))",
        "with open('/etc/shadow') as file:\n    data = file.read()\nbest = max(losses)",
        "plt.plot(losses);\nprint('it ran')",
        "try:\n    print('it ran')\nfinally:\n    raise SystemExit",
        "if True:\n    print('it ran')\nassert print('it ran')\nx = print('it ran')",
        "data = torch.load('data.pt')\nimages = data['images'] / 255\nall = [f(i) for i in (1, 2)]",
        "x = torch.zeros(3).to('cuda:99')\nbest = max([])\ny = torch.ones(2) @ torch.ones(3)",
    ],
    ("momentum", "of_two_definitions_the_last"): [IMPORTS, DAMPENED, MAKE],
    ("momentum", "a_future_import_in_a_later_cell"): [
        IMPORTS,
        '"""Text."""\nfrom __future__ import annotations',
        MAKE.replace("parameters,", "parameters: Iterable[Nothing],", 1),
    ],
    ("momentum", "constants"): [
        "from dataclasses import dataclass\nfrom functools import partial\n"
        "from typing import NamedTuple\nimport torch\n__all__ = ['make_optimizer']",
        "@dataclass\nclass Config:\n    lr: float\nclass Beta(NamedTuple):\n    mu: float = 0.9\n",
        "DEFAULTS = dict(lr=1 / 100)\nCONFIG = Config(**DEFAULTS)\nmu = Beta().mu",
        "SGD = torch.optim.SGD\nDEFAULTS |= {'momentum': mu}\nDEFAULTS['lr'] = CONFIG.lr\n"
        "POWERS = [10**-i for i in range(3)]\nleast = POWERS[2]",
        "try:\n    from nowhere import x\nexcept ImportError:\n    lr: float = least\n    lr\n"
        "if lr > 1:\n    lr = 1 / 0\nelif torch.cuda.is_available():\n    lr, = [lr]\n"
        "else:\n    lr += 0\n    net = train()",
        "make_optimizer = partial(SGD, **(DEFAULTS | dict(lr=lr)))",
    ],
    ("momentum", "ipython_inside_functions"): [
        IMPORTS,
        "def look():\n    files = !ls $HOME\n    %time files\n    return files\n\n" + MAKE,
        "text = ('''\n%matplotlib\n!ls\n''')\nthree = (7\n%4)\n!ls \\\n  -l\n",
    ],
    ("relu", "methods_in_cells_of_their_own"): [
        IMPORTS + "\nLinear = nn.Linear\nact = nn.ReLU()",
        "class Net(nn.Module):\n"
        "    def __init__(self, num_features, num_hidden, num_output):\n"
        "        super().__init__()\n"
        "        self.hidden = Linear(num_features, num_hidden)\n"
        "        self.out = Linear(num_hidden, num_output)\n",
        FORWARD,
        "Net.forward = forward",
        "net = Net(784, 512, 10)\nnet.forward = None",
    ],
    ("momentum", "a_callable_of_their_own_making"): [
        IMPORTS,
        "class Maker:\n    def __call__(self, parameters, lr=0.01, momentum=0.9):\n"
        "        return torch.optim.SGD(parameters, lr=lr, momentum=momentum)",
        "make_optimizer = Maker()",
        "make_optimizer = make_optimizer([nn.Parameter(torch.ones(1))])",
    ],
    ("momentum", "cells_that_are_no_python"): [
        "This is my answer to question 2: I call make_optimizer with 0.9",
        IMPORTS,
        "%%time\n" + MAKE,
        "optimizer = (\n",
        "%%bash\npip install torch",
        "%%html\n<p>def make_optimizer(): pass</p>",
        "for epoch in range(200\n    train()",
    ],
    ("momentum", "magics_whose_body_counts"): [
        "%%capture\n%%time\n" + IMPORTS,
        "%%writefile model.py\nMU = 0.9\ndef keep(mu):\n    return mu",
        "%%writefile -a model.py\n\nLR = 0.01",
        "from model import MU, keep\nimport model",
        "%%timeit -n 1\nRATE = MU",
        f"%%writefile assignments/momentum.py\nfrom model import *\n{MAKE}"
        "    assert (MU, LR, model.LR, RATE) == (0.9, 0.01, 0.01, 0.9)\n",
    ],
    ("momentum", "helpers_that_are_not_needed"): [
        IMPORTS,
        "def broken(x=1 / 0):\n    pass\n",
        "class Data(torch.utils.data.Dataset):\n    rows = open('rows.txt').read()",
        "if torch.load('x.pt'):\n    y = 1",
        MAKE,
    ],
    ("relu", "a_name_that_is_not_the_class"): [*RELU, "Mine = Net", "del Net", "Net = Mine"],
}


def submit_all(folder: Path) -> None:
    for (slug, name), cells in RIGHT.items():
        write(folder / name / f"{slug}.ipynb", notebook(*cells))
    for slug in SLUGS:
        write(
            folder / "solutions" / f"{slug}.ipynb", make_notebook(solution(slug), slug, trains=True)
        )
        stub = original_stub(COURSE, slug)
        assert stub is not None
        trains = bool(COURSE.assignment(slug).epochs)
        write(folder / "stubs" / f"{slug}.ipynb", make_notebook(stub, slug, trains=trains))
    # The same code in every way that nbformat has for it.
    older = v3.new_notebook(
        metadata=v3.new_metadata(name="Old"),
        worksheets=[v3.new_worksheet(cells=[v3.new_text_cell("markdown", source="Mine")])]
        + [v3.new_worksheet(cells=[v3.new_code_cell(input=c)]) for c in [IMPORTS, "%pylab", MAKE]],
    )
    write(folder / "nbformat_3" / "momentum.ipynb", v3.writes_json(older))
    strings = notebook()
    strings["cells"] = [
        {"cell_type": "code", "source": source.replace("\n", "\r\n")} for source in (IMPORTS, MAKE)
    ]
    write(folder / "strings" / "momentum.ipynb", b"\xef\xbb\xbf" + json.dumps(strings).encode())


@pytest.fixture(scope="module")
def graded(
    run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Any]:
    """What `grader grade` says of an assignment in a submission, by their names."""
    folder = tmp_path_factory.mktemp("notebooks")
    submit_all(folder)
    for name, (slug, cells) in SAID.items():
        write(folder / name / f"{slug}.ipynb", notebook(*cells))
    target = folder / "grades.json"
    submissions = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    ran = run_grader("grade", *submissions, "--json", target)
    assert ran.status == 0, ran.stderr
    found = {
        (report["submission"], assignment["slug"]): assignment
        for report in json.loads(target.read_bytes())["reports"]
        for assignment in report["assignments"]
    }
    return lambda name, slug: found[name, slug]


def lost(assignment: Any) -> dict[str, str]:
    return {c["id"]: c["message"] for c in assignment["checks"] if c["verdict"] != "passed"}


@pytest.mark.parametrize(
    ("slug", "name"), [*RIGHT, ("momentum", "nbformat_3"), ("momentum", "strings")]
)
def test_definitions_count_and_nothing_else_is_run(
    graded: Callable[[str, str], Any], slug: str, name: str
) -> None:
    assert not lost(graded(name, slug))
    assert graded(name, slug)["status"] == "passed"
    assert "it ran" not in graded(name, slug)["output"]
    assert "Zen of Python" not in graded(name, slug)["output"]  # printed by an unused import


@pytest.mark.parametrize("slug", SLUGS)
def test_a_notebook_of_a_solution_earns_everything(
    graded: Callable[[str, str], Any], slug: str
) -> None:
    assert not lost(graded("solutions", slug))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_notebook_of_a_stub_is_untouched(graded: Callable[[str, str], Any], slug: str) -> None:
    assignment = graded("stubs", slug)
    assert (assignment["status"], assignment["score"]) == ("untouched", 0)
    assert set(lost(assignment).values()) == {"the stub is unchanged: nothing to grade yet"}


def test_nbformat_3_counts_as_its_upgrade_does(tmp_path: Path) -> None:
    older = v3.new_notebook(
        worksheets=[
            v3.new_worksheet(cells=[v3.new_heading_cell("A"), v3.new_code_cell(input="a = 1\nb")]),
            v3.new_worksheet(cells=[v3.new_code_cell(input=""), v3.new_code_cell(input="c")]),
        ]
    )
    upgraded = nbformat.writes(nbformat.convert(copy.deepcopy(older), 4))
    before = load_submission(write(tmp_path / "a/relu.ipynb", v3.writes_json(older)), SLUGS)
    after = load_submission(write(tmp_path / "b/relu.ipynb", upgraded), SLUGS)
    assert before == after
    assert before.sources["relu"].text == "a = 1\nb\nc\n"
    assert before.sources["relu"].cells == ((1, 2), (3, 4))


# ---------------------------------------------------------------- what is said

BROKEN = "def make_optimizer(parameters, lr=0.01, momentum=0.9):\n    return '''\n"
SAID: dict[str, tuple[str, list[str]]] = {
    "raises": ("momentum", [IMPORTS, "", "x = 1\n\n" + MAKE + "    \n    1 / 0\n", "y = 1"]),
    "raises_inside": (
        "momentum",
        [IMPORTS, "a = 1\n\n", "# one\ndef make_optimizer(parameters, **options):\n    1 / 0"],
    ),
    "raises_at_import": (
        "momentum",
        [MAKE, "x = 1\n\ndef make_optimizer(x=1 / 0):\n    pass", MAKE],
    ),
    "is_no_python": ("momentum", [MAKE, BROKEN, MAKE]),
    "speaks_of_it_and_is_no_python": ("momentum", [IMPORTS, "make_optimizer = make(SGD", "1"]),
    "is_under_another_magic": ("momentum", [IMPORTS, "%%bash\n" + MAKE]),
    "is_written_elsewhere": ("momentum", [IMPORTS, "%%writefile answer.py\n" + MAKE]),
    "needs_what_a_loop_fills": (
        "momentum",
        [
            IMPORTS,
            "RATES = {}\nfor name in ('a', 'b'):\n    RATES[name] = 0.9",
            MAKE.replace("=momentum)", "=RATES['a'])"),
        ],
    ),
    "needs_what_a_call_fills": (
        "momentum",
        [
            IMPORTS + "\nRATES = [0.1]",
            "def fill(rates):\n    rates.append(0.9)\n",
            "fill(RATES)",
            MAKE.replace("=momentum)", "=RATES[1])"),
        ],
    ),
    "is_not_written": (
        "relu",
        ["\n\n", *split_module(original_stub(COURSE, "relu") or "")[1], "1"],
    ),
    "needs_what_is_left_out": (
        "momentum",
        [
            "def tune():\n    return 0.9\n",
            "best = tune()\n",
            IMPORTS + "\n" + MAKE.replace("=momentum)", "=best)"),
        ],
    ),
    "needs_what_has_changed": (
        "momentum",
        [
            IMPORTS,
            "rate = 0.9\nrate = sorted(input())",
            "RATE = rate",
            MAKE.replace("=mom", "=RATE or mom"),
        ],
    ),
    "needs_what_cannot_be_made": (
        "momentum",
        [IMPORTS, "rate = 0\nRATE = 1 / rate", MAKE.replace("=momentum)", "=RATE)")],
    ),
    "needs_what_is_not_here": (
        "momentum",
        ["import torch\nimport absent", MAKE.replace("torch.optim", "absent.optim")],
    ),
    "defines_nothing": ("momentum", [IMPORTS, "make_optimizer = nowhere.make()"]),
    "last_is_wrong": ("relu", [*RELU, *split_module(LEAKY)[1]]),
}


def test_of_two_definitions_the_last_counts_even_if_it_is_wrong(
    graded: Callable[[str, str], Any],
) -> None:
    assert "test_hidden_is_relu" in lost(graded("last_is_wrong", "relu"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raises_inside", "raised ZeroDivisionError: division by zero (cell 4, line 3)"),
        (
            "raises_at_import",
            "importing momentum.ipynb raised ZeroDivisionError: division by zero (cell 3, line 3)",
        ),
        (
            "is_no_python",
            "importing momentum.ipynb raised SyntaxError: unterminated triple-quoted string "
            "literal (detected at line 2) (cell 3, line 2)",
        ),
        ("speaks_of_it_and_is_no_python", "SyntaxError: '(' was never closed (cell 3, line 1)"),
        (
            "is_under_another_magic",
            "make_optimizer is defined in cell 3, line 1, under %%bash, which is no code of the "
            "notebook's own; remove that line",
        ),
        ("is_written_elsewhere", "is defined in cell 3, line 1, under %%writefile, which"),
        (
            "needs_what_a_loop_fills",
            "KeyError: 'a'; RATES is changed in cell 3, line 2, which is no constant, so it was "
            "left out: make the value where it is needed (cell 4, line 2)",
        ),
        ("needs_what_a_call_fills", "RATES is changed in cell 4, line 1, which is no constant"),
        ("is_not_written", "not written yet (cell 4, line 29): Write this part: rectify"),
        (
            "needs_what_is_left_out",
            "NameError: name 'best' is not defined; what should give it a value, in cell 3, "
            "line 1, is no constant, so it was left out: make the value where it is needed "
            "(cell 4, line 4)",
        ),
        (
            "needs_what_has_changed",
            "NameError: name 'RATE' is not defined; what should give it a value, in cell 4, "
            "line 1, is no constant",
        ),
        (
            "needs_what_cannot_be_made",
            "NameError: name 'RATE' is not defined; what should give it a value, in cell 3, "
            "line 2, raised ZeroDivisionError: division by zero (cell 4, line 2)",
        ),
        (
            "needs_what_is_not_here",
            "ModuleNotFoundError: absent is neither installed where this is graded nor a file that "
            "was handed in (cell 2, line 2 imports it) (cell 3, line 2)",
        ),
    ],
)
def test_messages_point_to_the_cell(
    graded: Callable[[str, str], Any], name: str, words: str
) -> None:
    assignment = graded(name, SAID[name][0])
    errors = [c for c in assignment["checks"] if c["verdict"] in ("error", "failed")]
    assert errors
    assert words in errors[0]["message"]
    # A number of a line that is in no file of theirs would mislead.
    assert not any("line" in check for check in assignment["checks"])


def test_what_is_missing_is_missed_in_the_notebook(graded: Callable[[str, str], Any]) -> None:
    messages = lost(graded("defines_nothing", "momentum"))
    assert "momentum.ipynb: the module does not define make_optimizer" in messages["test_builds"]


def test_a_blank_cell_does_not_shift_the_lines(graded: Callable[[str, str], Any]) -> None:
    assert lost(graded("raises", "momentum")) == {}  # 1 / 0 stands behind the return
