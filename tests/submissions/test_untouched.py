"""Stubs beside work, and beside what was meant to be work."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.repository import REPOSITORY
from helpers.sources import CODE, OTHER, Load, everywhere

from grader.course.manifest import load_course
from grader.course.stubs import original_stub
from grader.submissions.reading import find_module, read_submission

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


def test_a_module_is_where_the_work_lies_and_not_where_the_stub_does(tmp_path: Path) -> None:
    stub = original_stub(COURSE, "relu")
    assert stub is not None
    work = tmp_path / "mine" / "relu (1).py"
    for path, text in ((tmp_path / "assignments" / "relu.py", stub), (work, "x = 1\n")):
        path.parent.mkdir()
        path.write_text(text)
    submission = read_submission(COURSE, tmp_path, ["relu"])
    assert submission.sources["relu"].text == "x = 1\n"
    assert find_module(submission, "relu") == work


@pytest.mark.parametrize(
    ("place", "text", "is_told"),
    [
        ("solutions/relu.py", "x = 1\n", True),
        ("hw/Solutions/ReLU.py", "x = 1\n", True),
        ("solutions/relu.py", COURSE.solution_path("relu").read_text(), True),
        ("solutions/relu.py", original_stub(COURSE, "relu"), False),
        ("tests/solutions/relu.py", "x = 1\n", False),
        ("venv/solutions/relu.py", "x = 1\n", False),
    ],
)
def test_work_that_lies_where_the_courses_answers_do_is_named_and_not_read(
    tmp_path: Path, place: str, text: str, is_told: bool
) -> None:
    stub = original_stub(COURSE, "relu")
    assert stub is not None
    for name, content in (("assignments/relu.py", stub), (place, text)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    submission = read_submission(COURSE, tmp_path, ["relu"])
    assert submission.problems.get("relu", "").startswith(f"{place}: it was not read") == is_told
    assert ("relu" in submission.sources) != is_told


def test_beside_work_nothing_is_said_of_a_folder_of_answers(tmp_path: Path) -> None:
    for name in ("relu.py", "solutions/relu.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"x = {len(name)}\n")
    submission = read_submission(COURSE, tmp_path, ["relu"])
    assert submission.sources["relu"].text == "x = 7\n" and not submission.problems


@pytest.mark.parametrize("changed", ["", "relu"])
def test_in_a_copy_of_the_whole_course_the_answers_are_its_own(
    tmp_path: Path, changed: str
) -> None:
    for slug in COURSE.slugs:
        answer = COURSE.solution_path(slug).read_text()
        for name, text in (
            ("assignments", original_stub(COURSE, slug)),
            ("solutions", "x = 1\n" if slug == changed else answer),
        ):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / f"{slug}.py").write_text(text or "")
    problems = read_submission(COURSE, tmp_path, COURSE.slugs).problems
    assert list(problems) == ([changed] if changed else [])


@everywhere
@pytest.mark.parametrize("around", ["", "jane-main/"])
def test_the_grader_in_a_copy_of_the_course_is_nobodys_work(
    load: Load, around: str, tmp_path: Path
) -> None:
    files = {
        f"{around}README.md": "",
        f"{around}assignments/adam.py": CODE,
        f"{around}grader/checks/__init__.py": "",
        f"{around}grader/checks/misconceptions/adam.py": OTHER,
        f"{around}grader/checks/misconceptions/relu.py": OTHER,
        f"{around}grader/checks/kit/dropout_probe.py": OTHER,
    }
    submission = load(files, tmp_path)
    assert list(submission.sources) == ["adam"] and not submission.sources["adam"].read_from
    assert not submission.problems and not submission.side_by_side


def test_a_folder_of_that_name_that_is_the_students_own_is_read(tmp_path: Path) -> None:
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader" / "relu.py").write_text(CODE)
    assert read_submission(COURSE, tmp_path, ["relu"]).sources["relu"].text == CODE
