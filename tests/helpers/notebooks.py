"""Notebooks that tests hand in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from helpers.repository import solution
from nbformat import v4

from grader.submissions.notebook import split_module

RELU = split_module(solution("relu"))[1]
IMPORTS = "import torch\nfrom torch import nn"
MAKE = """\
def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
"""


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
