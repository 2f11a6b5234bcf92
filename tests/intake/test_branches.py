"""Work on a branch that is not checked out is told, whatever a repository says of its branches."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.clones import commit, git
from helpers.machine import on_posix

from grader.intake.commits import other_branches

SLUGS = ["relu", "adam"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """One with work on `dev`, and a branch that is older than what is checked out."""
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init")
    commit(folder, "relu.py", 5)
    git(folder, "branch", "feedback")
    git(folder, "checkout", "-b", "feature/dev")
    commit(folder, "assignments/relu.py", 6)
    commit(folder, "notes.py", 7)
    git(folder, "checkout", "main")
    commit(folder, "adam.py", 8)
    return folder


def test_a_branch_with_commits_to_a_module_is_named_with_the_module(clone: Path) -> None:
    assert other_branches(clone, SLUGS) == ["feature/dev (relu.py)"]
    assert other_branches(clone, ["adam"]) == []
    git(clone, "pack-refs", "--all")
    assert other_branches(clone, SLUGS) == ["feature/dev (relu.py)"]


def test_a_branch_is_named_as_the_remote_names_it(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", str(clone), "copy")
    assert other_branches(tmp_path / "copy", SLUGS) == ["feature/dev (relu.py)"]


def test_what_is_merged_or_not_read_is_not_told(clone: Path) -> None:
    git(clone, "checkout", "-b", "ours")
    commit(clone, "solutions/relu.py", 9)
    git(clone, "checkout", "main")
    git(clone, "merge", "-m", "x", "feature/dev")
    assert other_branches(clone, SLUGS) == []
    assert other_branches(clone.parent, SLUGS) == []  # which is no clone


@on_posix
def test_branches_are_not_read_through_a_link(clone: Path, tmp_path: Path) -> None:
    (clone / ".git" / "refs" / "heads").rename(tmp_path / "heads")
    (clone / ".git" / "refs" / "heads").symlink_to(tmp_path / "heads")
    assert other_branches(clone, SLUGS) == []
