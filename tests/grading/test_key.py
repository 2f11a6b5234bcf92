"""What decides a result is part of its key: every pattern that says so finds files."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader
from grader.grading.key import DECIDING

PACKAGE = Path(grader.__file__).parent


@pytest.mark.parametrize("pattern", DECIDING)
def test_a_pattern_of_deciding_files_finds_some(pattern: str) -> None:
    assert [path for path in PACKAGE.glob(pattern) if path.is_file()]
