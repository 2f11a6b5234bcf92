"""Which files a module is taken to import, however it is written."""

from __future__ import annotations

import pytest

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
def test_what_a_notebook_runs_is_brought(line: str, file: str) -> None:
    assert file in imports_of(f"x = 1\n{line}\n", "relu.ipynb")


@pytest.mark.parametrize("text", ["# import helper", "import torch  # , helper", "importhelper"])
def test_what_is_no_import_brings_nothing(text: str) -> None:
    assert "helper.py" not in imports_of(f"{text}\n", "relu.py")
