"""When a clone's work was committed, whatever its owner writes into the repository."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from helpers.clones import commit, git
from helpers.machine import on_posix

from grader.intake import commits
from grader.intake.commits import commit_time, commit_times, state_at
from grader.submissions.reading import load_single


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init")
    commit(folder, "relu.py", 5)
    return folder


def text_at(clone: Path, day: int) -> str | None:
    """relu as it was at noon in UTC."""
    tar = state_at(clone, datetime(2026, 10, day, 12, tzinfo=UTC))
    if tar is None:
        return None
    return load_single("x.tar", lambda _: tar, ["relu"]).sources["relu"].text


def test_work_is_as_late_as_its_commit_not_as_its_author_says(clone: Path) -> None:
    """After `git commit --amend`, `--date` or a rebase the author's date is the older one."""
    (clone / "relu.py").write_text("late\n")
    early, late = "2026-10-06T12:00:00+02:00", "2026-10-12T12:00:00+02:00"
    git(clone, "add", "relu.py")
    git(
        clone, "commit", "--amend", "-m", "x", "--date", early,
        GIT_COMMITTER_DATE=late, GIT_AUTHOR_DATE=early,
    )  # fmt: skip
    assert commit_time(clone, ["relu"]) == "2026-10-12T10:00:00Z"
    assert commit_times(clone, ["relu"]) == {"relu": "2026-10-12T10:00:00Z"}
    assert [text_at(clone, day) for day in (10, 13)] == [None, "late\n"]
    until = datetime(2026, 10, 10, tzinfo=UTC)
    assert commit_time(clone, ["relu"], until) == ""
    assert commit_times(clone, ["relu"], until) == {}


def test_a_notebook_is_as_late_as_a_module(clone: Path) -> None:
    commit(clone, "adam.ipynb", 8)
    assert commit_times(clone, ["relu", "adam"]) == {
        "relu": "2026-10-05T10:00:00Z", "adam": "2026-10-08T10:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize("folder", ["solutions", "tests", "grader/checks/misconceptions"])
def test_what_is_not_read_is_not_late(clone: Path, folder: str) -> None:
    commit(clone, f"{folder}/relu.py", 20)
    assert commit_time(clone, ["relu"]) == "2026-10-05T10:00:00Z"


def test_a_branch_that_is_not_checked_out_is_not_handed_in(clone: Path) -> None:
    git(clone, "checkout", "-b", "later")
    commit(clone, "relu.py", 20)
    git(clone, "checkout", "main")
    assert commit_time(clone, ["relu"]) == "2026-10-05T10:00:00Z"
    git(clone, "checkout", "--detach", "later")
    assert commit_time(clone, ["relu"]) == "2026-10-20T10:00:00Z"


@on_posix
@pytest.mark.parametrize("part", [".git", ".git/objects"])
def test_another_repository_is_not_reached_through_a_link(
    clone: Path, tmp_path: Path, part: str
) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(clone, mine)
    shutil.rmtree(mine / part)
    (mine / part).symlink_to(clone / part)
    assert commit_time(mine, ["relu"]) == ""
    assert state_at(mine, datetime(2026, 11, 1, tzinfo=UTC)) is None


@on_posix
@pytest.mark.parametrize("name", ["HEAD", "refs/heads/main"])
def test_a_reference_is_not_read_through_a_link(clone: Path, tmp_path: Path, name: str) -> None:
    kept = tmp_path / "kept"
    os.rename(clone / ".git" / name, kept)
    (clone / ".git" / name).symlink_to(kept)
    assert commit_time(clone, ["relu"]) == ""


def test_references_and_answers_have_their_bounds(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert commits.MAX_ANSWER_BYTES == 67_108_864
    tar = state_at(clone, datetime(2026, 11, 1, tzinfo=UTC))
    assert tar is not None
    for most, is_read in ((len(tar), True), (len(tar) - 1, False)):
        monkeypatch.setattr(commits, "MAX_ANSWER_BYTES", most)
        assert (state_at(clone, datetime(2026, 11, 1, tzinfo=UTC)) is not None) == is_read


def test_packed_references_have_4_mib(clone: Path) -> None:
    git(clone, "pack-refs", "--all")
    packed = clone / ".git" / "packed-refs"
    text = packed.read_bytes()
    packed.write_bytes(text + b"#" * (4_194_304 - len(text) - 1) + b"\n")
    assert commit_time(clone, ["relu"]) == "2026-10-05T10:00:00Z"
    packed.write_bytes(text + b"#" * (4_194_304 - len(text)) + b"\n")
    assert commit_time(clone, ["relu"]) == ""
