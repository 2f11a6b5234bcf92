"""What no worker has to run is graded without torch and without walls, by whichever command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from helpers.repository import REPOSITORY, hand_in, solution
from typer.testing import CliRunner

from grader.cli.app import app
from grader.course.manifest import load_course
from grader.gradebook.keeping.stored import open_gradebook
from grader.grading import opening
from grader.grading.known.cache import Cache
from grader.grading.task import Graded
from grader.hosts.run import grade_folder
from grader.report.model import AssignmentReport, CheckResult, Environment
from grader.submissions.reading import load_submission

COURSE = load_course(REPOSITORY)
RELU = COURSE.assignment("relu")
STUB = (REPOSITORY / "assignments" / "relu.py").read_text(encoding="utf-8")
ONLY = ("--only", "relu")


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    """An untouched stub, another task's module, and files that can't be read."""
    hand_in(tmp_path / "class" / "ann", {"relu": STUB})
    hand_in(tmp_path / "class" / "bob", {"l2": "x = 1\n"})
    hand_in(tmp_path / "class" / "cem", {"relu": "def Net(:\n"})
    hand_in(tmp_path / "class" / "dee", {"relu": b"x = '\xe9'\n"})
    return tmp_path / "class"


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may start what imports torch."""

    @contextmanager
    def refuse(*_: object) -> Iterator[None]:
        pytest.fail("torch was to be imported")
        yield

    monkeypatch.setattr(opening, "open_launcher", refuse)


def run(*arguments: object) -> int:
    ran = CliRunner().invoke(app, [str(each) for each in arguments])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.output
    return ran.exit_code


def grade(target: Path, *arguments: object) -> list[Any]:
    assert run("grade", *arguments, *ONLY, "--json", target) in (0, 2)
    return list(json.loads(target.read_bytes())["reports"])


def test_each_way_of_grading_tells_the_same(class_: Path, tmp_path: Path) -> None:
    folders, results = sorted(class_.iterdir()), tmp_path / "results"
    graded = grade(tmp_path / "grades.json", *folders)
    messages = [[c["message"] for c in r["assignments"][0]["checks"]] for r in graded]
    assert [r["assignments"][0]["status"] for r in graded] == [
        "untouched", "missing", "failed", "failed",
    ]  # fmt: skip
    assert run("batch", class_, "--results", results, *ONLY) == 2  # dee's is not readable
    with open_gradebook(COURSE, results) as gradebook:
        reports = [entry.report for entry in gradebook]
    reports += [grade_folder(COURSE, f, [RELU], jobs=2, need_jail=True).report for f in folders]
    told = [[c.message for c in r.assignments[0].checks] for r in reports if r is not None]
    assert told == messages * 2


def test_nothing_unconfined_is_told_of_where_nothing_was_run(class_: Path) -> None:
    assert grade_folder(COURSE, class_ / "ann", [RELU], jobs=1, need_jail=False).jailed


def test_what_is_known_is_told_with_the_walls_that_it_was_run_behind(
    class_: Path, tmp_path: Path
) -> None:
    eve = hand_in(class_ / "eve", {"relu": solution("relu")})
    checks = [CheckResult("test_it", "It works", "passed", 10.0, 10.0, "", "", 0.0)]
    report = AssignmentReport("relu", "ReLU", "passed", 10.0, 10.0, checks, None, "")
    walls = {"files": True, "syscalls": True}
    environment = Environment("1.0.0", "3.11.7", "2.14.1", "2.4.6", "Linux", walls)
    cache = tmp_path / "cache"
    Cache(cache, COURSE, COURSE.seed, pytest.fail).keep(
        load_submission(eve, COURSE.slugs), RELU, Graded(report, 0.5), environment
    )
    for others in ([], [class_ / "ann"]):
        graded = grade(tmp_path / "grades.json", eve, *others, "--cache", cache)
        assert [r["score"] for r in graded] == [10.0, 0.0][: len(graded)]
        assert graded[0]["environment"]["protections"] == walls
