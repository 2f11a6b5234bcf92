"""Stubs beside work, and beside what was meant to be work."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import REPOSITORY

from grader.course.manifest import load_course
from grader.course.stubs import original_stub
from grader.submissions.reading import read_submission

COURSE = load_course(REPOSITORY)


@pytest.mark.parametrize("place", ["relu.py", "Abgabe/relu.py", "mine/relu.py"])
def test_what_is_wrong_with_a_file_beside_the_stub_is_told(tmp_path: Path, place: str) -> None:
    stub = original_stub(COURSE, "relu")
    assert stub is not None
    for name, content in (("assignments/relu.py", stub.encode()), (place, b"x = 1\0")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    submission = read_submission(COURSE, tmp_path, ["relu"])
    assert not submission.sources
    assert submission.problems["relu"].startswith(f"{place}: it is not a text file: a NUL byte")
