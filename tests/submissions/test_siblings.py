"""Which files a module is taken to import, however it is written."""

from __future__ import annotations

import pytest

from grader.sandbox.wire.cells import marked_cells, without_ipython
from grader.submissions.notebook import Code
from grader.submissions.siblings import imports_of


@pytest.mark.parametrize(
    "text",
    [
        "import helper",
        "import torch, helper as h",
        "x = 1; import helper",
        "import torch, \\\n    helper",
        "import torch, \\\r\n    helper",
        "import torch \\\n  , helper",
        "import \\\n    helper",
        "from helper \\\n    import f",
        "from . import one, \\\n    helper",
        "from . import (\n    one,  # the first\n    helper,\n)",
        "import importlib\nh = importlib.import_module('helper')",
        'h = __import__( "helper" )',
    ],
)
def test_a_helper_is_brought_however_its_import_is_written(text: str) -> None:
    assert "helper.py" in imports_of(f"import os\n{text}\nx = 2\n", "relu.py")


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("%run helper.py", "helper.py"),
        ("%run ./helper.ipynb", "helper.ipynb"),
        ("%run -i 'helper.py' --lr 0.1", "helper.py"),
        ("%run lib\\helper.py", "lib/helper.py"),
        ("%run /content/drive/MyDrive/my homework/helper.ipynb", "helper.ipynb"),
    ],
)
def test_what_a_notebook_runs_is_brought_and_what_the_worker_takes_for_it(
    line: str, file: str
) -> None:
    text = f"x = 1\n{line}\n"
    assert file in imports_of(text, "relu.ipynb")
    assert file in imports_of(without_ipython(text), "relu.ipynb")


def test_the_worker_finds_the_cells_of_a_notebook_that_is_brought() -> None:
    marked = Code("a = 1\nb = 2\nc = 3\n", ((1, 2), (3, 5))).with_marks()
    lines = marked.split("\n")
    assert [(number, lines[first - 1]) for first, number in marked_cells(marked)] == [
        (2, "a = 1"), (5, "c = 3"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["# import helper", "import torch  # , helper", "importhelper"])
def test_what_is_no_import_brings_nothing(text: str) -> None:
    assert "helper.py" not in imports_of(f"{text}\n", "relu.py")
