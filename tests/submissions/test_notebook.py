"""Notebooks as submissions: what of them counts, what they are told, and hostile ones."""

from __future__ import annotations

import copy
import csv
import io
import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import REPOSITORY, RunGrader, solution, wrong
from nbformat import v3, v4

from grader.course.manifest import load_course
from grader.grading.key import code_digest
from grader.intake.layouts import open_class
from grader.submissions.decoding import decode_source
from grader.submissions.model import SubmissionError
from grader.submissions.notebook import make_notebook, split_module
from grader.submissions.reading import load_submission
from grader.submissions.untouched import is_untouched, original_stub, settle
from grader.text import printable

COURSE = load_course(REPOSITORY)
SLUGS = COURSE.slugs
RELU = split_module(solution("relu"))[1]
LEAKY = wrong("relu", "test_hidden_is_relu/leaky.py")


def notebook(*cells: str, language: str = "python") -> dict[str, Any]:
    """A notebook of these code cells, below a cell of text."""
    made = v4.new_notebook(
        cells=[v4.new_markdown_cell("# Mine"), *map(v4.new_code_cell, cells)],
        metadata={"language_info": {"name": language}},
    )
    return json.loads(nbformat.writes(made))


def write(path: Path, content: dict[str, Any] | bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# ---------------------------------------------------------------- what counts

IMPORTS = "import torch\nfrom torch import nn"
MAKE = """\
def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
"""
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
    assert "Expected: momentum.ipynb to define make_optimizer" in messages["test_builds"]


def test_a_blank_cell_does_not_shift_the_lines(graded: Callable[[str, str], Any]) -> None:
    assert lost(graded("raises", "momentum")) == {}  # 1 / 0 stands behind the return


# ---------------------------------------------------------------- hostile and damaged ones


def changed(**fields: Any) -> dict[str, Any]:
    return notebook("x = 1") | fields


def with_cell(**fields: Any) -> dict[str, Any]:
    made = notebook("x = 1")
    made["cells"][1] |= fields
    return made


BAD: dict[str, tuple[dict[str, Any] | bytes | str, str]] = {
    "empty": (b"", "it is empty"),
    "a_list": (b"[]", "Expected `object`, got `array`"),
    "cut_off": (json.dumps(notebook("x = 1"))[:-10], "it is no notebook, or a damaged one"),
    "deep": (b'{"nbformat": 4, "x": ' + b"[" * 10**6, "nested too deeply"),
    "deep_cells": (b'{"nbformat": 4, "cells": ' + b'[{"cells":' * 10**6, "nested too deeply"),
    "deep_source": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ' + b"[" * 10**6,
        "nested too deeply",
    ),
    "not_utf8": (b'{"nbformat": 4, "x": "\xff"}', "not UTF-8: byte 0xff"),
    "nul": (b'{"nbformat": 4}\0', "a NUL byte"),
    "nul_in_a_cell": (notebook("x = '\0'"), "cell 2 holds a NUL character"),
    "no_version": ({"cells": []}, "missing required field `nbformat`"),
    "version_5": (changed(nbformat=5), "nbformat 5 is not known"),
    "version_of_1000_digits": (b'{"nbformat": 1' + b"0" * 10_000 + b"}", "$.nbformat"),
    "version_is_text": (changed(nbformat="4"), "Expected `int`, got `str` - at `$.nbformat`"),
    "no_cells": ({"nbformat": 4}, "without cells"),
    "no_worksheets": ({"nbformat": 3}, "without cells"),
    "cells_are_an_object": (changed(cells={}), "Expected `array | null`, got `object`"),
    "a_cell_is_a_number": (changed(cells=[1]), "at `$.cells[0]`"),
    "a_cell_without_type": (changed(cells=[{"source": "x"}]), "`cell_type`"),
    "type_is_a_list": (with_cell(cell_type=["code"]), "$.cells[1].cell_type"),
    "source_is_a_number": (with_cell(source=1), "the code of cell 2 is damaged"),
    "source_is_null": (with_cell(source=None), "the code of cell 2 is damaged"),
    "source_holds_a_list": (with_cell(source=["x", ["y"]]), "the code of cell 2 is damaged"),
    "metadata_is_text": (changed(metadata="python"), "$.metadata"),
    "language_is_a_number": (changed(metadata={"language_info": {"name": 1}}), "$.metadata"),
    "another_language": (notebook("x <- 1", language="R"), "it is written in R; choose a Python"),
    "another_kernel": (
        changed(metadata={"kernelspec": {"language": "\x1b[31mjulia"}}),
        "it is written in julia; choose a Python kernel",
    ),
    "much_code": (notebook(*["#" * (600 << 10)] * 2), "more than 1 MiB of code"),
    "many_strings": (with_cell(source=[""] * (3 << 20)), "more than 1 MiB of code"),
    "many_cells": (notebook(*["x"] * 2_001), "more than 2000 cells"),
    "huge": (b" " * 16_777_217, "larger than 16 MiB; clear its outputs"),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_notebook_is_read_in_any_unicode(tmp_path: Path, encoding: str) -> None:
    text = json.dumps(notebook("x = 'größer'"), ensure_ascii=False)
    write(tmp_path / "relu.ipynb", text.encode(encoding))
    assert "x = 'größer'" in load_submission(tmp_path, SLUGS).sources["relu"].text


@pytest.mark.parametrize("name", BAD)
def test_a_bad_notebook_is_a_problem_of_one_line(tmp_path: Path, name: str) -> None:
    content, words = BAD[name]
    write(tmp_path / "relu.ipynb", content)
    write(tmp_path / "adam.ipynb", notebook("x = 1"))
    loaded = load_submission(tmp_path, SLUGS)
    assert list(loaded.sources) == ["adam"]
    problem = loaded.problems["relu"]
    assert problem.startswith("relu.ipynb: ")
    assert words in problem
    assert problem == printable(problem, 1000)


@pytest.mark.parametrize(
    "content",
    [
        with_cell(outputs=[{"data": {"image/png": "A" * (2 << 20)}}], execution_count=7),
        with_cell(outputs="wrong", id=3, metadata=[], attachments=None, execution_count={}),
        changed(nbformat_minor="x", metadata={"kernelspec": None, "authors": 1}),
        changed(metadata={"kernelspec": {"language": "Python", "name": "python3"}}),
        changed(metadata={}),
        json.dumps(notebook("x = 1")).replace('"metadata"', '"cells": 1, "metadata": {}, "x"', 1)
        .replace('"cells": 1, ', ""),
    ],
)  # fmt: skip
def test_what_does_not_matter_may_be_anything(
    tmp_path: Path, content: dict[str, Any] | str
) -> None:
    loaded = load_submission(write(tmp_path / "relu.ipynb", content), SLUGS)
    assert loaded.sources["relu"].text == "x = 1\n"


@pytest.mark.parametrize(
    "output",
    [
        float("nan"),
        [float("inf"), {"x": -float("inf"), "text": 'NaN "-Infinity"'}],
        "half a character: \ud83d",
        {"application/json": {"\udc00": float("nan")}, "image/png": "A" * (12 << 20)},
    ],
)
def test_no_output_is_a_reason_to_refuse_a_notebook(tmp_path: Path, output: object) -> None:
    code = 's = "NaN", "\\ud83d", "\U0001f600"\nx = -NaN'
    made = notebook(code)
    made["cells"][1]["outputs"] = [{"output_type": "display_data", "data": output}]
    loaded = load_submission(write(tmp_path / "relu.ipynb", json.dumps(made)), SLUGS)
    assert not loaded.problems
    assert loaded.sources["relu"].text == f"{code}\n"


def test_half_a_character_in_the_code_is_read_as_one_that_is_unknown(tmp_path: Path) -> None:
    content = with_cell(source="x = '\ud800', '\ud83d\ude00'")
    loaded = load_submission(write(tmp_path / "relu.ipynb", content), SLUGS)
    assert loaded.sources["relu"].text == "x = '\ufffd', '\U0001f600'\n"


def test_outputs_and_text_do_not_make_another_result(tmp_path: Path) -> None:
    def digest(content: dict[str, Any]) -> str:
        return code_digest(load_submission(write(tmp_path / "relu.ipynb", content), SLUGS), "relu")

    again = with_cell(outputs=[{"output_type": "stream", "text": "hi"}], execution_count=7)
    again["cells"][0]["source"] = "# Another text"
    assert digest(again) == digest(notebook("x = 1"))
    assert digest(notebook("x = 2")) != digest(notebook("x = 1"))
    # A message would name another cell.
    assert digest(notebook("", "x = 1")) != digest(notebook("x = 1"))


def test_random_damage_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    generator = random.Random(7)
    whole = make_notebook(solution("relu"), "relu", trains=True)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(generator.randint(1, 4)):
            data[generator.randrange(len(data))] = generator.choice(b'{}[]":,\\0\xffa\n')
        write(tmp_path / "relu.ipynb", bytes(data))
        loaded = load_submission(tmp_path, SLUGS)
        assert loaded.sources.keys() ^ loaded.problems.keys() == {"relu"}


HOSTILE = {
    "attributes": "x = a" + ".b" * 200_000,
    "sum": "x = 1" + "+1" * 200_000,
    "minus": "x = " + "-" * 200_000 + "1",
    "elif": "if 1: pass\n" + "elif 1: pass\n" * 20_000,
    "tuple": "x = " + "1," * 500_000,
    "bracket": "x = " + "(" * 500_000,
    "joined": "\\\n" * 500_000 + "$",
    "spaces": " " * 1_000_000 + "\n$",
    "magics": "%a\n" * 300_000 + "$",
    "quotes": "'''\\" * 200_000,
    "names": "a=" * 400_000 + "!",
}


def test_code_that_is_hard_to_parse_costs_its_author_only(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    for name, cell in HOSTILE.items():
        write(tmp_path / "in" / name / "momentum.ipynb", notebook(cell))
    write(tmp_path / "in" / "right" / "momentum.ipynb", notebook(IMPORTS, MAKE))
    submissions = sorted((tmp_path / "in").iterdir())
    target = tmp_path / "grades.json"
    arguments = (*submissions, "--only", "momentum", "--json", target)
    ran = run_grader("grade", *arguments)
    assert ran.status == 0, ran.stderr
    reports = json.loads(target.read_bytes())["reports"]
    assert len(reports) == len(HOSTILE) + 1
    for report in reports:
        (assignment,) = report["assignments"]
        verdicts = {check["verdict"] for check in assignment["checks"]}
        assert "grader_error" not in verdicts
        assert (assignment["status"] == "passed") == (report["submission"] == "right")


# ---------------------------------------------------------------- module and notebook


def stub(slug: str) -> str:
    return original_stub(COURSE, slug) or ""


def test_a_module_and_a_notebook_that_were_worked_on_are_a_problem_that_names_both(
    tmp_path: Path,
) -> None:
    write(tmp_path / "in/relu.py", solution("relu"))
    write(tmp_path / "in/relu.ipynb", notebook(*RELU))
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for name in ("relu.py", "relu.ipynb"):
            archive.write(tmp_path / "in" / name, f"top/{name}")
    for path in (tmp_path / "in", tmp_path / "in.zip"):
        loaded = load_submission(path, SLUGS)
        assert settle(COURSE, loaded) == loaded
        assert not loaded.sources
        around = "" if path.is_dir() else "top/"
        assert loaded.problems == {
            "relu": f"{around}relu.py and {around}relu.ipynb: both are there, and they differ; "
            "remove one of them"
        }


@pytest.mark.parametrize(
    ("module", "cells", "counts"),
    [
        (stub("relu"), RELU, "relu.ipynb"),
        (stub("relu").replace("\n", "\r\n\r\n"), RELU, "relu.ipynb"),
        (stub("relu"), split_module(stub("relu"))[1], "relu.ipynb"),
        (solution("relu"), split_module(stub("relu"))[1], "relu.py"),
    ],
)
def test_an_untouched_one_is_no_second_answer(
    tmp_path: Path, module: str, cells: list[str], counts: str
) -> None:
    write(tmp_path / "relu.py", module)
    write(tmp_path / "relu.ipynb", notebook(*cells))
    settled = settle(COURSE, load_submission(tmp_path, SLUGS))
    assert settled.sources["relu"].filename == counts
    assert not settled.problems


@pytest.mark.parametrize("slug", ["relu", "l1"])  # which trains, and which does not
def test_a_made_notebook_is_untouched_until_something_is_written(slug: str) -> None:
    trains = bool(COURSE.assignment(slug).epochs)
    assert trains == (slug == "relu")
    for text, untouched in ((stub(slug), True), (f"{stub(slug)}\nx = 1\n", False)):
        made = make_notebook(text, slug, trains=trains)
        assert is_untouched(COURSE, decode_source(slug, f"{slug}.ipynb", made)) == untouched


def test_a_damaged_notebook_beside_a_stub_is_its_own_problem(tmp_path: Path) -> None:
    write(tmp_path / "relu.py", stub("relu"))
    write(tmp_path / "relu.ipynb", b"{")
    settled = settle(COURSE, load_submission(tmp_path, SLUGS))
    assert not settled.sources
    assert settled.problems["relu"].startswith("relu.ipynb: it is no notebook")


def test_two_notebooks_of_a_slug_are_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "relu.py", stub("relu"))
    for place in ("a", "b"):
        write(tmp_path / place / "relu.ipynb", notebook(*RELU, f"x = '{place}'"))
    settled = settle(COURSE, load_submission(tmp_path, SLUGS))
    assert settled.problems == {
        "relu": "a/relu.ipynb and b/relu.ipynb: both are there, and they differ; remove one of them"
    }


def test_a_notebook_and_a_module_are_known_by_what_they_hold(tmp_path: Path) -> None:
    write(tmp_path / "relu.py", notebook(*RELU))
    write(tmp_path / "adam.ipynb", solution("adam"))
    loaded = load_submission(tmp_path, SLUGS)
    assert loaded.sources["relu"].cells
    assert loaded.sources["relu"].read_from == "relu.py, which is a notebook"
    assert loaded.sources["adam"].text == solution("adam")
    assert loaded.sources["adam"].read_from == "adam.ipynb, which is no notebook"


def test_a_notebook_and_the_module_exported_from_it_are_one(tmp_path: Path) -> None:
    write(tmp_path / "relu.ipynb", notebook(*RELU))
    exported = "\n\n# In[ ]:\n\n".join(["#!/usr/bin/env python", *RELU])
    write(tmp_path / "relu.py", exported)
    loaded = load_submission(tmp_path, SLUGS)
    assert loaded.sources["relu"].text == exported
    assert not loaded.problems


@pytest.mark.parametrize("name", ["Relu.ipynb", "relu.IPYNB"])
def test_a_notebook_written_otherwise_is_read_and_named(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, notebook(*RELU))
    loaded = load_submission(tmp_path, SLUGS)
    assert loaded.sources["relu"].read_from == name
    assert not loaded.problems


def test_a_notebook_of_another_name_is_refused_with_a_guess(tmp_path: Path) -> None:
    path = write(tmp_path / "kaiming.ipynb", notebook())
    with pytest.raises(SubmissionError, match=r"did you mean kaiming_init\.ipynb\?"):
        load_submission(path, SLUGS)


def test_what_jupyter_leaves_behind_is_ignored(tmp_path: Path) -> None:
    for name in (".ipynb_checkpoints/relu-checkpoint.ipynb", "a/relu.ipynb"):
        write(tmp_path / "in" / name, notebook(*RELU))
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in sorted((tmp_path / "in").rglob("*.ipynb")):
            archive.write(path, path.relative_to(tmp_path / "in"))
    assert list(load_submission(tmp_path / "in.zip", SLUGS).sources) == ["relu"]


# ---------------------------------------------------------------- downloads of a class

LAYOUTS = {
    "folders": {"ann/{}.ipynb": "ann", "bob/assignments/{}.ipynb": "bob", "cem.zip": "cem"},
    "canvas": {
        "ann_LATE_12_34_{}.ipynb": "ann_12",
        "bob_13_35_{}-2.ipynb": "bob_13",
        "bob_13_34_{}.ipynb": "",
        "cem_14_36_all.zip": "cem_14",
    },
    "moodle": {
        "Ann A_1_assignsubmission_file_/{}.ipynb": "Ann A_1",
        "Bob B_2_assignsubmission_file_{}.ipynb": "Bob B_2",
        "Cem C_3_assignsubmission_file_/all.zip": "Cem C_3",
    },
    "gradescope": {
        "submission_metadata.yml": "",
        "submission_1/{}.ipynb": "Ann_1",
        "submission_2/all.zip": "Bob_2",
    },
}
METADATA = "".join(
    f"submission_{n}:\n  :submitters:\n  - :name: {name}\n    :sid: {n}\n"
    for n, name in ((1, "Ann"), (2, "Bob"))
)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_notebooks_are_found_in_every_download(tmp_path: Path, layout: str, packed: bool) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("work/relu.ipynb", json.dumps(notebook("x = 'relu'")))
    for name, who in LAYOUTS[layout].items():
        content: dict[str, Any] | bytes | str = notebook("x = 'relu'" if who else "old")
        if name.endswith(".zip"):
            content = inner.getvalue()
        elif name.endswith(".yml"):
            content = METADATA
        write(tmp_path / "class" / name.format("relu"), content)
    path = tmp_path / "class"
    if packed:
        path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", path))
    with open_class(path, SLUGS) as class_:
        found = {handed.source: handed.load() for handed in class_.submissions}
    assert found.keys() == {who for who in LAYOUTS[layout].values() if who}
    for submission in found.values():
        assert submission.sources["relu"].text == "x = 'relu'\n"
        assert submission.sources["relu"].filename == "relu.ipynb"
        assert not submission.problems


def test_files_that_come_one_by_one_are_settled_together(tmp_path: Path) -> None:
    files = {
        "ann_1_1_relu.py": stub("relu"),
        "ann_1_2_relu.ipynb": notebook(*RELU),
        "bob_2_3_relu.py": solution("relu"),
        "bob_2_4_relu.ipynb": notebook(*RELU),
        "cem_3_5_l2.ipynb": notebook("x = 1"),
        "cem_3_7_relu.ipynb": notebook("x = 1"),
    }
    for name, content in files.items():
        write(tmp_path / "class" / name, content)
    with zipfile.ZipFile(tmp_path / "class" / "cem_3_6_all.zip", "w") as archive:
        archive.writestr("relu.ipynb", json.dumps(notebook("x = 2")))
    with open_class(tmp_path / "class", SLUGS) as class_:
        ann, bob, cem = (settle(COURSE, handed.load()) for handed in class_.submissions)
    assert (ann.sources["relu"].filename, ann.problems) == ("relu.ipynb", {})
    assert bob.problems == {
        "relu": "relu.py and relu.ipynb: both are there, and they differ; remove one of them"
    }
    assert list(cem.sources) == ["relu", "l2"]
    assert cem.sources["relu"].read_from == "relu.ipynb, not from all.zip/relu.ipynb"
    assert not cem.problems


def test_a_batch_settles_what_a_clone_holds_and_regrades_no_rerun(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    clone = tmp_path / "class" / "ann" / "assignments"
    write(clone / "relu.py", stub("relu"))
    write(clone / "relu.ipynb", made := notebook(*RELU))
    arguments = ("batch", tmp_path / "class", "--results", tmp_path / "results", "--only", "relu")
    ran = run_grader(*arguments)
    assert ran.status == 0, ran.stderr
    made["cells"][1] |= {"execution_count": 3, "metadata": {"collapsed": True}}
    write(clone / "relu.ipynb", made)
    again = run_grader(*arguments)
    assert again.status == 0
    target = tmp_path / "grades.csv"
    assert "0 assignments graded, 1 unchanged" in again.stderr
    run_grader("export", "--results", tmp_path / "results", "--format", "csv", "--output", target)
    (row,) = csv.DictReader(target.read_text().splitlines())
    assert float(row["relu"]) == 10
