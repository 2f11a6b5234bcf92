"""A student whose work lies on a branch that nobody has checked out is told of, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.clones import commit, git
from typer.testing import CliRunner

from grader.batch.branches import told_of_branches
from grader.cli.app import app
from grader.course.manifest import load_course
from grader.course.stubs import original_stub
from grader.intake.layouts import open_class

COURSE = load_course()


@pytest.mark.parametrize("work_on_main", [False, True])
def test_the_branch_with_the_work_is_told_where_the_stub_is_unchanged(
    tmp_path: Path, work_on_main: bool
) -> None:
    for name in ("relu-ann", "relu-bob"):
        clone = tmp_path / "class" / name
        clone.mkdir(parents=True)
        git(clone, "init")
        stub = original_stub(COURSE, "relu") or ""
        commit(clone, "relu.py", 1, "x = 1\n" if work_on_main else stub)
        git(clone, "checkout", "-b", "dev")
        commit(clone, "relu.py", 2)
        git(clone, "checkout", "main")
    with open_class(tmp_path / "class", COURSE.every_slug) as class_:
        ann = class_.submissions[0]
        told = told_of_branches(COURSE, ann, ann.load(), ["relu"])
    assert ("dev (relu.py)" in told) is not work_on_main


def test_grade_tells_it_as_well(tmp_path: Path) -> None:
    git(tmp_path, "init")
    commit(tmp_path, "relu.py", 1, original_stub(COURSE, "relu") or "")
    git(tmp_path, "checkout", "-b", "dev")
    commit(tmp_path, "relu.py", 2)
    git(tmp_path, "checkout", "main")
    ran = CliRunner().invoke(app, ["grade", str(tmp_path), "--only", "relu"])
    assert f"{tmp_path.name}: work lies on other branches" in ran.stderr
    assert "dev (relu.py)" in ran.stderr
