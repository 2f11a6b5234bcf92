"""A class whose folders are its assignments, with a module a student in each."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.classes import Files, make_folder

from grader.intake.layouts import open_class
from grader.intake.layouts.base import Handed
from grader.submissions.model import SubmissionError

SLUGS = ("relu", "adam", "dropout", "l2")
TITLES = {"l2": "L2 regularisation"}


def people(path: Path) -> dict[str, dict[str, str]]:
    """By name the modules' texts; {} for whom there are none."""
    with open_class(path, SLUGS, titles=TITLES) as class_:
        return {handed.name: modules(handed) for handed in class_.submissions}


def modules(handed: Handed) -> dict[str, str]:
    try:
        return {slug: source.text for slug, source in handed.load().sources.items()}
    except SubmissionError:
        return {}


def test_a_folder_called_after_the_assignment_is_a_class_by_itself(tmp_path: Path) -> None:
    make_folder(tmp_path / "relu", {"jane.py": "a", "bob.py": "b", "test_relu.py": "the course's"})
    assert people(tmp_path / "relu") == {"jane": {"relu": "a"}, "bob": {"relu": "b"}}


@pytest.mark.parametrize(
    "folder", ["relu", "03_relu", "relu 3", "HW3-ReLU", "Exercise 3: ReLU", "Week 03 - relu"]
)
def test_a_folder_may_have_the_assignments_number(tmp_path: Path, folder: str) -> None:
    files = {f"{folder}/jane.py": "a", f"{folder}/bob.py": "b", "4. L2 regularization/bob.py": "c"}
    found = people(make_folder(tmp_path / "class", files))
    assert found == {"jane": {"relu": "a"}, "bob": {"relu": "b", "l2": "c"}}


def test_two_files_of_one_student_are_not_guessed_between(tmp_path: Path) -> None:
    files = {"relu/jane.py": "a", "relu/jane (1).py": "c", "relu/bob.py": "b"}
    assert people(make_folder(tmp_path / "class", files)) == {"jane": {}, "bob": {"relu": "b"}}


@pytest.mark.parametrize(
    "files",
    [
        {"relu/relu.py": "a", "relu/notes.py": "b", "adam/adam.py": "c"},
        {"relu/main.py": "a", "relu/utils.py": "b", "adam/main.py": "c"},
        {"relu/jane.py": "a", "adam/jane.py": "b"},
        {"relu/relu_final.py": "a", "relu/relu_v2.py": "b", "adam/adam (1).py": "c"},
        {"relu/relu.zip": "", "adam/adam.zip": ""},
    ],
)
def test_the_parts_of_one_persons_work_are_no_students(tmp_path: Path, files: Files) -> None:
    assert {*people(make_folder(tmp_path / "class", files))} == {"relu", "adam"}


def test_modules_called_after_their_students_alone_are_told_with_what_to_do(tmp_path: Path) -> None:
    make_folder(tmp_path / "hw3", {"01 Jane Doe.py": "a", "02 Bo Roe.py": "b"})
    with open_class(tmp_path / "hw3", SLUGS) as class_:
        assert any(
            "if all are of one, call the folder after it, as relu/" in n for n in class_.notes
        )
    (tmp_path / "hw3").rename(tmp_path / "relu")
    assert people(tmp_path / "relu") == {"Jane Doe": {"relu": "a"}, "Bo Roe": {"relu": "b"}}


def test_archives_in_assignments_folders_are_not_taken_for_one_students(tmp_path: Path) -> None:
    files = {"relu/jane.zip": "a", "relu/bob.zip": "a", "adam/jane.zip": "c"}
    with (
        pytest.raises(SubmissionError, match="called as assignments and not as students"),
        open_class(make_folder(tmp_path / "class", files), SLUGS),
    ):
        pass
