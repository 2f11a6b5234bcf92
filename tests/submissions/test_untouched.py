"""Stubs beside work, and beside what was meant to be work."""

from __future__ import annotations

from pathlib import Path

from conftest import REPOSITORY

from grader.course.manifest import load_course
from grader.course.stubs import original_stub
from grader.submissions.reading import read_submission

COURSE = load_course(REPOSITORY)


def test_what_is_wrong_with_a_file_beside_the_stub_is_told(tmp_path: Path) -> None:
    stub = original_stub(COURSE, "relu")
    assert stub is not None
    for place, content in (("assignments", stub.encode()), ("mine", b"x = 1\0")):
        (tmp_path / place).mkdir()
        (tmp_path / place / "relu.py").write_bytes(content)
    submission = read_submission(COURSE, tmp_path, ["relu"])
    assert not submission.sources
    assert submission.problems["relu"].startswith("mine/relu.py: it is not a text file: a NUL byte")
