"""A benchmark that is asked for help helps, and measures nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from helpers.repository import REPOSITORY

SCRIPTS = sorted((REPOSITORY / "tests" / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_reads_its_arguments_before_it_does_anything(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))  # to run them all would take long
    functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    if "main" in functions:
        assert "argparse.ArgumentParser(" in ast.unparse(functions["main"].body[0])
        assert ".parse_args()" in ast.unparse(functions["main"])
    assert "argv" not in ast.unparse(tree)
