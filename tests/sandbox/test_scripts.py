"""Modules that are scripts too, and the student's own files that they import."""

from __future__ import annotations

import re

import pytest
from helpers.machine import PATIENCE_S
from helpers.repository import solution

from grader.sandbox import conversation
from grader.sandbox.client import Allowance, Student, StudentError, StudentRaised
from grader.sandbox.process import Launcher

pytestmark = pytest.mark.usefixtures("unhurried")

LIMITS = Allowance(wall_s=60, cpu_s=30, memory_mib=2048, output_kib=64)
RELU = solution("relu")
END = RELU.count("\n") + 1  # the first line of what is added


def load(launcher: Launcher, source: str) -> tuple[list[str], list[str]]:
    """What the module defines, and what is said of it."""
    with Student(launcher, "relu", source, LIMITS) as student:
        return student.load(), student.notes


# ---------------------------------------------------------------- scripts

FAILS = {
    "input": ("epochs = int(input('How many epochs? '))", "EOFError: EOF when reading a line"),
    "exit": ("print(Net(2, 3, 4))\nexit()", "SystemExit: None"),
    "sys_exit": ("import sys\nif True:\n    sys.exit('done')", "SystemExit: done"),
    "data": ("images = torch.load('mnist.pt')", "FileNotFoundError"),
    "download": ("from urllib.request import urlopen\nurlopen('http://example.org')", "URLError"),
    "gpu": ("net = Net(2, 3, 4).to('cuda')\n", "Error"),
    "asserts": ("assert Net(2, 3, 4)(torch.ones(1, 2)).sum() == 1e9", "AssertionError"),
    "missing": ("import tqdm\nfor i in tqdm.tqdm(range(3)):\n    pass", "tqdm is neither"),
    "arguments": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('data')\np.parse_args()",
        "SystemExit: 2",
    ),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "quit": ("for epoch in range(200):\n    quit(0)", "SystemExit: 0"),
    "unittest": ("import unittest\nunittest.main()", "SystemExit: False"),
    "colab": ("import os\nos.chdir('/content/drive/MyDrive/hw')", "FileNotFoundError"),
    "csv": ("import csv\nrows = list(csv.reader(open('../data/train.csv')))", "FileNotFoundError"),
    "shell": ("import subprocess\nsubprocess.run(['pip', 'install', 'x'], check=True)", "Error"),
    "unfinished": ("raise NotImplementedError('plots are still to come')", "NotImplementedError"),
    "magic": ("%matplotlib inline\n!pip install torch", "SyntaxError: invalid syntax"),
}


@pytest.mark.parametrize("name", FAILS)
def test_a_script_below_the_definitions_that_fails_is_left_out(
    launcher: Launcher, name: str
) -> None:
    script, error = FAILS[name]
    names, notes = load(launcher, f"{RELU}{script}\n")
    assert names == ["Net"]
    (note,) = notes
    assert note.startswith("importing relu.py raised ")
    assert error in note
    assert re.search(r"\(line \d+\), so only the definitions count; left out: lines? (\d+)", note)


@pytest.mark.parametrize(("count", "last"), [(8, f"{END + 23}\N{EN DASH}{END + 24}"), (9, "…")])
def test_8_places_of_what_is_left_out_are_named(launcher: Launcher, count: int, last: str) -> None:
    between = "".join(f"def f{n}():\n    pass\nprint({n})\n" for n in range(count))
    _, (note,) = load(launcher, f"{RELU}{between}exit()\n")
    named = [str(END + 2 + 3 * n) for n in range(8 if count > 8 else 7)]
    assert note.endswith(f"; left out: lines {', '.join([*named, last])}")


def test_a_process_that_ends_itself_is_no_reason_either(launcher: Launcher) -> None:
    names, notes = load(launcher, f"{RELU}import os\nos._exit(0)\n")
    assert names == ["Net"]
    assert notes == [
        "the process ended itself with exit status 0, so only the definitions count; "
        f"left out: line {END + 1}"
    ]


@pytest.mark.parametrize(
    "script",
    [
        "net = Net(784, 512, 10)\nwhile True:\n    try:\n        net(torch.ones(9, 784))\n"
        "    except BaseException:\n        pass\n",
        "import time\nfor epoch in range(200):\n    time.sleep(5)\n    print(epoch)\n",
        "import queue\nwaiting = queue.Queue()\nbatch = waiting.get()\n",  # of a loader's thread
    ],
)
def test_a_training_run_below_the_definitions_ends_in_time(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(conversation, "SCRIPT_S", 1.0)
    names, (note,) = load(launcher, f"{RELU}{script}")
    assert names == ["Net"]
    said = "importing relu.py took more than 1 s, so only the definitions count; left out: lines "
    assert note.startswith(said)
    assert note.endswith(f"\N{EN DASH}{END + script.count(chr(10)) - 1}")


def test_a_script_that_gets_to_its_end_counts_as_it_stands(launcher: Launcher) -> None:
    source = "STEPS = []\nfor i in range(3):\n    STEPS.append(i)\ndef Net():\n    return STEPS\n"
    with Student(launcher, "relu", source, LIMITS) as student:
        assert student.call("Net").value == [0, 1, 2]
        assert student.notes == []


def test_what_a_script_computes_is_explained_where_it_is_missing(launcher: Launcher) -> None:
    source = "SCALE = float(open('c.txt').read())\ndef Net():\n    return SCALE\n"
    with Student(launcher, "relu", source, LIMITS) as student:
        with pytest.raises(StudentRaised) as caught:
            student.call("Net")
        assert "SCALE' is not defined; what should give it a value, in line 1," in str(caught.value)
        assert caught.value.line == 3
        assert "left out: line 1" in student.notes[0]


def test_a_constant_that_a_script_fills_is_named(launcher: Launcher) -> None:
    source = (
        "T = {}\nT['a'] = len(T)\nfor i in 'bc':\n    T[i] = i\ndef Net():\n    return T['b']\n"
    )
    with Student(launcher, "relu", f"{source}exit()\n", LIMITS) as student:
        with pytest.raises(StudentRaised) as caught:
            student.call("Net")
        assert "KeyError: 'b'; T is changed in line 3, which is no constant" in str(caught.value)
        assert student.notes[1].startswith("T is changed in line 3, which is no constant")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def Net(:\n", "importing relu.py raised SyntaxError: invalid syntax"),
        ("x = 1\nclass Net(torch.nn.Module): pass\n", "NameError: name 'torch' is not defined"),
        ("class Net:\n    x = 1 / 0\n", "importing relu.py raised ZeroDivisionError"),
    ],
)
def test_what_can_be_read_in_no_way_is_told_as_it_stands(
    launcher: Launcher, source: str, message: str
) -> None:
    with Student(launcher, "relu", source, LIMITS) as student:
        with pytest.raises(StudentError) as caught:
            student.load()
        assert message in str(caught.value)
        assert student.notes == []


def test_the_time_counts_against_the_modules_own_limit(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long a busy machine takes to give it two seconds of its processor.
    monkeypatch.setattr(conversation, "SCRIPT_S", PATIENCE_S)
    limits = Allowance(wall_s=PATIENCE_S, cpu_s=2, memory_mib=1024, output_kib=1)
    with Student(launcher, "relu", f"{RELU}while True:\n    pass\n", limits) as student:
        with pytest.raises(StudentError) as caught:
            student.load()
        assert caught.value.verdict == "timed_out"


# ---------------------------------------------------------------- their own files

HELPERS = (
    "import seaborn as sns\nfrom assignments.baseline import Net as Base\ndef f():\n    return 7\n"
)
OWN = (
    ("helpers.py", HELPERS),
    ("pkg/__init__.py", "from .deep import g\nfrom ..helpers import f\n"),
    ("pkg/deep.py", "def g():\n    return 8\n"),
    ("folder/more.py", "from helpers import f\n"),
    ("assignments/adam.py", "from .relu import Net\nfrom .baseline import make_optimizer\n"),
    ("random.py", "raise RuntimeError('it is Python that has a random')\n"),
)


@pytest.mark.parametrize(
    "line",
    [
        "from helpers import f",
        "from .helpers import f",
        "from assignments.helpers import f",
        "import helpers\nf = helpers.f",
        "import assignments.helpers as h\nf = h.f",
        "from . import helpers\nf = helpers.f",
        "from pkg import f, g\nassert g() == 8",
        "import pkg.deep\nfrom pkg import *\nassert pkg.deep.g is g",
        "from folder.more import f",
        "from helpers import *\nimport random\nrandom.random()",
        "from baseline import Net as A\nfrom .baseline import Net as B\nf = lambda: 6 + (A is B)",
        "import importlib\nf = importlib.import_module('helpers').f",
        "import relu\nfrom assignments import relu as me\nassert relu is me\nfrom helpers import f",
        "from adam import make_optimizer\nfrom helpers import f",
    ],
)
def test_their_own_files_are_found_by_every_name(launcher: Launcher, line: str) -> None:
    source = f"class Net: ...\n{line}\ndef make_optimizer():\n    return f()\n"
    with Student(launcher, "relu", source, LIMITS, siblings=OWN) as student:
        assert student.call("make_optimizer").value == 7
        assert student.notes == []


@pytest.mark.parametrize(
    ("line", "helpers"),
    [
        ("from a import f", {"a.py": "from b import f\n", "b.py": HELPERS}),
        ("from a import f", {"a/__init__.py": "from .b import f\n", "a/b.py": HELPERS}),
        ("import a\nf = a.b.f", {"a.py": "import b\n", "b.py": HELPERS}),
    ],
)
def test_of_a_script_that_fails_helpers_give_on_what_they_import(
    launcher: Launcher, line: str, helpers: dict[str, str]
) -> None:
    source = f"{line}\ndef make_optimizer():\n    return f()\nopen('mnist.pt')\n"
    files = tuple(helpers.items())
    with Student(launcher, "momentum", source, LIMITS, siblings=files) as student:
        assert student.call("make_optimizer").value == 7
        assert "only the definitions count" in student.notes[0]


def test_of_a_script_that_fails_what_it_imports_is_what_is_asked_for(launcher: Launcher) -> None:
    source = "from models import Net\nnet = Net(2, 3, 4)\nopen('mnist.pt')\n"
    files = (("models.py", RELU),)
    with Student(launcher, "relu", source, LIMITS, siblings=files) as student:
        assert student.load() == ["Net"]


def test_another_task_of_theirs_can_be_imported_though_it_is_a_script(launcher: Launcher) -> None:
    source = "from relu import Net\ndef make_optimizer():\n    return Net(2, 3, 4).W_1.shape[0]\n"
    relu = f"{RELU}data = open('mnist.pt').read()\n"
    with Student(launcher, "adam", source, LIMITS, siblings=(("relu.py", relu),)) as student:
        assert student.call("make_optimizer").value == 3
        assert "in relu.py" in student.notes[0]


def test_a_file_that_is_not_there_is_named_where_it_is_needed(launcher: Launcher) -> None:
    source = "import torch\nfrom helpers import f\ndef make_optimizer():\n    return f()\n"
    with (
        Student(launcher, "relu", source, LIMITS) as student,
        pytest.raises(StudentRaised) as caught,
    ):
        student.call("make_optimizer")
    assert "helpers is neither installed where this is graded nor a file that was handed in" in str(
        caught.value
    )


def test_an_error_in_a_file_of_theirs_names_it(launcher: Launcher) -> None:
    source = "from helpers import f\ndef make_optimizer():\n    return f()\n"
    files = (("helpers.py", "x = 1\ndef f():\n    return 1 / 0\n"),)
    with Student(launcher, "relu", source, LIMITS, siblings=files) as student:
        with pytest.raises(StudentRaised) as caught:
            student.call("make_optimizer")
        assert str(caught.value).endswith("division by zero; in helpers.py, line 3")
        assert caught.value.line == 3


# ---------------------------------------------------------------- notebooks of theirs

NOTEBOOK = (
    "# %% cell 2\n%matplotlib inline\n# %% cell 3\ndef f():\n    return 7\n# %% cell 4\n"
    "no Python\n# %% cell 6\ndef g():\n    return 1 / 0\nassert f() == 8\n"
)


@pytest.mark.parametrize(
    "line",
    [
        "import import_ipynb\nfrom helpers import f",
        "import nbimporter\nnbimporter.options['only_defs'] = False\nimport helpers\nf = helpers.f",
        "from assignments.helpers import f",
    ],
)
def test_a_notebook_of_theirs_is_imported_by_its_definitions(launcher: Launcher, line: str) -> None:
    source = f"{line}\ndef make_optimizer():\n    return f()\n"
    files = (("helpers.ipynb", NOTEBOOK),)
    with Student(launcher, "adam", source, LIMITS, siblings=files) as student:
        assert student.call("make_optimizer").value == 7
        assert student.notes == []


def test_an_error_in_a_notebook_of_theirs_names_its_cell(launcher: Launcher) -> None:
    source = "from helpers import g\ndef make_optimizer():\n    return g()\n"
    files = (("helpers.ipynb", NOTEBOOK),)
    with (
        Student(launcher, "adam", source, LIMITS, siblings=files) as student,
        pytest.raises(StudentRaised) as caught,
    ):
        student.call("make_optimizer")
    assert str(caught.value).endswith("division by zero; in helpers.ipynb, cell 6, line 2")


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("%run helpers.py", "helpers.py"),
        ("%run -i ./helpers.ipynb", "helpers.ipynb"),
        ("%run lib/helpers.py", "lib/helpers.py"),
        ("%run ../helpers.py", "../helpers.py"),
        ("%run '/content/drive/My Drive/helpers.py'", "helpers.py"),
    ],
)
def test_what_a_notebook_runs_brings_its_names(launcher: Launcher, line: str, file: str) -> None:
    source = f"{line}\ndef make_optimizer():\n    return f()\n"
    text = "def f():\n    return 7\ndef make_optimizer():\n    return 8\n"
    cells = ((1, 1), (2, 2))
    with Student(launcher, "adam", source, LIMITS, cells, ((file, text),)) as student:
        assert student.call("make_optimizer").value == 7


def test_an_answer_stands_before_what_a_file_brings_that_is_run_below(launcher: Launcher) -> None:
    source = "def make_optimizer():\n    return 7\n%run helpers.py\n%run not_there.py\n"
    files = (("helpers.py", "def make_optimizer():\n    return 8\n"),)
    with Student(launcher, "adam", source, LIMITS, ((1, 1), (3, 2), (4, 3)), files) as student:
        assert student.call("make_optimizer").value == 7


def test_a_file_above_the_folder_is_imported_relatively(launcher: Launcher) -> None:
    source = "from ..helpers import f\ndef make_optimizer():\n    return f()\n"
    files = (("../helpers.py", "def f():\n    return 7\n"),)
    with Student(launcher, "adam", source, LIMITS, siblings=files) as student:
        assert student.call("make_optimizer").value == 7
