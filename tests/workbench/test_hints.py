"""Hints: each assignment has a ladder of them, shown one at a time, remembered for the student."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from helpers.commands import RunGrader
from helpers.machine import on_posix
from helpers.repository import REPOSITORY, solution, wrong

from grader.course.manifest import load_course
from grader.workbench import hints as workbench_hints
from grader.workbench.hints import Hint, Hints, NoSuchHint

COURSE = load_course(REPOSITORY)
STATE = ".grader/hints.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A student's copy of the repository, as far as hints look at it."""
    (tmp_path / "assignments").mkdir()
    return tmp_path


def shown(*hints: Hint) -> list[int]:
    return [hint.number for hint in hints]


def test_where_an_assignment_has_no_hints_a_line_says_so(
    run_grader: RunGrader, small_course: Path, tmp_path: Path
) -> None:
    course = tmp_path / "course"
    shutil.copytree(small_course, course)
    manifest = course / "assignments" / "course.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text[: text.index("hints = [")], encoding="utf-8")
    ran = run_grader("hint", "relu", cwd=course, root=course)
    assert (ran.status, ran.stdout) == (2, "")
    assert "there are no hints for relu" in ran.stderr


def test_earlier_hints_go_back_to_the_first_from_the_one_shown_or_the_last_ever(root: Path) -> None:
    hints = Hints(COURSE, root)
    with pytest.raises(NoSuchHint, match="no hint was shown yet"):
        hints.earlier("relu", None)
    hint = [hints.next("relu") for _ in range(3)][-1]
    back = []
    for _ in range(3):
        back.append(hint := hints.earlier("relu", hint))
    assert shown(*back) == [2, 1, 1]
    assert shown(Hints(COURSE, root).earlier("relu", None)) == [3]  # of another day


def test_hints_come_one_after_the_other_and_the_last_one_stays(root: Path) -> None:
    hints = Hints(COURSE, root)
    total = hints.number("relu", 1).total
    assert shown(*(hints.next("relu") for _ in range(total + 2))) == [
        *range(1, total + 1),
        total,
        total,
    ]
    assert hints.next("adam").number == 1


@pytest.mark.parametrize(("size", "number"), [(65_536, 3), (65_537, 1)])
def test_what_was_seen_is_believed_up_to_64_kib(root: Path, size: int, number: int) -> None:
    (root / ".grader").mkdir()
    (root / STATE).write_bytes(b'{"relu": 2}'.ljust(size))
    assert Hints(COURSE, root).next("relu").number == number


def test_another_run_goes_on_where_the_last_one_stopped(root: Path) -> None:
    assert shown(*(Hints(COURSE, root).next("relu") for _ in range(3))) == [1, 2, 3]


@pytest.mark.parametrize(
    "state",
    [b"", b"{", b"[1]", b'{"relu": -4}', b'{"relu": "x"}', b"\xff", b" " * (1 << 17), b'{"a":1}'],
)
def test_a_damaged_memory_begins_anew_and_works_again(root: Path, state: bytes) -> None:
    (root / ".grader").mkdir()
    (root / STATE).write_bytes(state)
    assert shown(*(Hints(COURSE, root).next("relu") for _ in range(2))) == [1, 2]


def test_a_memory_of_more_hints_than_there_are_shows_the_last(root: Path) -> None:
    (root / ".grader").mkdir()
    (root / STATE).write_text('{"relu": 99999999999}')
    hint = Hints(COURSE, root).next("relu")
    assert hint.left == 0


@on_posix
def test_a_memory_that_is_a_link_or_a_pipe_is_replaced_not_followed(root: Path) -> None:
    (root / ".grader").mkdir()
    other = root / "other"
    other.write_text('{"relu": 2}')
    (root / STATE).symlink_to(other)
    assert Hints(COURSE, root).next("relu").number == 1
    assert other.read_text() == '{"relu": 2}'
    (root / STATE).unlink()
    os.mkfifo(root / STATE)
    assert shown(*(Hints(COURSE, root).next("relu") for _ in range(2))) == [1, 2]


def test_where_nothing_more_can_be_remembered_the_hints_of_a_run_go_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    Hints(COURSE, root).next("relu")
    monkeypatch.setattr(workbench_hints, "write_bytes", full)
    hints = Hints(COURSE, root)
    assert shown(hints.next("relu"), hints.next("relu")) == [2, 3]
    assert hints.problem == ".grader/hints.json: No space left on device"


def test_the_command_shows_the_next_hint_and_how_many_are_left(
    run_grader: RunGrader, root: Path
) -> None:
    first, second = (run_grader("hint", "relu", cwd=root / "assignments") for _ in range(2))
    texts = [" ".join(hint.split()) for hint in COURSE.assignment("relu").hints]
    assert (first.status, second.status) == (0, 0)
    for number, ran in enumerate((first, second)):
        said = " ".join(ran.stdout.split())
        assert f"Hint {number + 1} of {len(texts)} for relu" in said
        assert texts[number] in said
        assert f"{len(texts) - number - 1} more" in said
        assert not any(hint in said for hint in texts if hint != texts[number])


def test_a_number_chooses_a_hint_and_is_not_remembered(run_grader: RunGrader, root: Path) -> None:
    ran = run_grader("hint", "relu", "--number", "3", cwd=root)
    assert ran.status == 0
    assert "Hint 3 of" in ran.stdout
    last = str(len(COURSE.assignment("relu").hints))
    ran_last = run_grader("hint", "relu", "--number", last, cwd=root)
    assert "that was the last one; grader list relu" in ran_last.stdout
    assert "Hint 1 of" in run_grader("hint", "relu", cwd=root).stdout


def test_where_nothing_can_be_remembered_the_hint_is_shown_all_the_same(
    run_grader: RunGrader, root: Path
) -> None:
    (root / ".grader").write_text("a file of the student's")
    ran = run_grader("hint", "relu", cwd=root)
    assert ran.status == 0
    assert "Hint 1 of" in ran.stdout
    assert ran.stderr.startswith("grader: this hint can't be remembered")
    assert len(ran.stderr.splitlines()) == 1


def test_without_a_name_the_hint_is_for_the_first_unfinished_assignment(
    run_grader: RunGrader, root: Path
) -> None:
    first, second = COURSE.slugs[:2]
    assert f" for {first}\n" in run_grader("hint", cwd=root).stdout
    (root / "assignments" / f"{first}.py").write_text(solution(first))
    # Most of its points are there.
    partial = wrong("extra_layer", "test_reproducible/new_layer_seeded.py")
    (root / "assignments" / f"{second}.py").write_text(partial)
    assert second == "extra_layer"
    assert f" for {second}\n" in run_grader("hint", cwd=root).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hint", "rleu"], "did you mean 'relu'?"),
        (["hint", "relu", "--number", "99"], "has the hints 1 to"),
        (["hint", "relu", "--number", "0"], "--number"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(
    run_grader: RunGrader, root: Path, arguments: list[str], words: str
) -> None:
    ran = run_grader(*arguments, cwd=root)
    assert (ran.status, ran.stdout) == (2, "")
    assert words in ran.stderr
