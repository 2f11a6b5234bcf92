"""What is known costs nothing: kept results, untouched stubs, and modules that are not Python."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import Ran, RunGrader
from helpers.machine import on_posix
from helpers.repository import REPOSITORY, copy_with_short_trainings, solution, wrong

from grader.course.manifest import load_course
from grader.grading import opening
from grader.grading.known import cache as caching
from grader.grading.known.cache import Cache
from grader.grading.known.idle import needs_worker
from grader.grading.task import Task
from grader.report.model import AssignmentReport
from grader.submissions.model import Source, Submission
from grader.workbench.checking import Known, check_work
from grader.workbench.known import open_cache

COURSE = load_course(REPOSITORY)
STUB = (REPOSITORY / "assignments" / "relu.py").read_text(encoding="utf-8")
IDLE = {
    "untouched": Submission("ada", {"relu": Source("relu", "relu.py", STUB)}, {}),
    "missing": Submission("ada", {}, {}),
    "unreadable": Submission("ada", {}, {"relu": "relu.py is not UTF-8"}),
    "no Python": Submission("ada", {"relu": Source("relu", "relu.py", "def Net(:\n")}, {}),
}
IN_TURN = ("relu", "momentum", "l2")


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may start what imports torch."""

    @contextmanager
    def refuse(_: Path, modules: int | None) -> Iterator[None]:
        pytest.fail("torch was to be imported")
        yield

    monkeypatch.setattr(opening, "open_launcher", refuse)


def check_in(submission: Submission, cache: Cache | None) -> AssignmentReport:
    told: list[AssignmentReport] = []
    relu = [COURSE.assignment("relu")]
    report = check_work(COURSE, submission, relu, COURSE.seed, cache, told.append, pytest.fail)
    assert told == report.assignments
    return told[0]


# ---------------------------------------------------------------- nothing to run


@pytest.mark.usefixtures("no_torch")
@pytest.mark.parametrize("kind", IDLE)
def test_what_cannot_be_run_is_told_without_torch(kind: str, tmp_path: Path) -> None:
    submission = IDLE[kind]
    first = check_in(submission, None)
    assert first.score == 0 and first.checks[0].message
    cache = Cache(tmp_path, COURSE, COURSE.seed, pytest.fail)
    assert check_in(submission, cache) == check_in(submission, cache)
    known = Known(COURSE, COURSE.seed, None)
    task = Task("relu", submission.sources.get("relu"), submission.problems.get("relu"))
    report = known.report_on(task)
    assert report is not None and [c.message for c in report.checks] == [
        c.message for c in first.checks
    ]


@pytest.mark.parametrize(
    "text", ["x = 1\n", "%matplotlib inline\nx = 1\n", "x = '\\d'\ndef Net(:\n", "# π" * 30_000]
)
def test_what_a_worker_may_make_something_of_is_left_to_it(text: str) -> None:
    submission = Submission("", {"relu": Source("relu", "relu.py", text)}, {})
    assert needs_worker(COURSE, submission, "relu")


def test_a_notebook_is_left_to_a_worker_whatever_is_in_it() -> None:
    notebook = Source("relu", "relu.ipynb", "def Net(:\n", ((1, 1),))
    assert needs_worker(COURSE, Submission("", {"relu": notebook}, {}), "relu")


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's copy with work in it and short trainings; beside it a folder for the cache."""
    root = copy_with_short_trainings(tmp_path_factory.mktemp("desk") / "course")
    texts = {"relu": wrong("relu", "test_hidden_is_relu/leaky.py"), "l2": solution("l2")}
    texts["momentum"] = solution("momentum") + "\nprint('here')\n"
    for slug, text in texts.items():
        (root / "assignments" / f"{slug}.py").write_text(text, encoding="utf-8")
    return root


def check(run_grader: RunGrader, desk: Path, *options: str) -> tuple[Ran, Any]:
    target = desk.parent / "report.json"
    cache = str(desk.parent / "cache")
    ran = run_grader(
        "check", *IN_TURN, "--json", target, *options, cwd=desk, root=desk, XDG_CACHE_HOME=cache
    )
    return ran, json.loads(target.read_bytes())


def durations(document: Any) -> dict[str, list[float]]:
    (report,) = document["reports"]
    return {a["slug"]: [c["duration_s"] for c in a["checks"]] for a in report["assignments"]}


def test_a_second_check_says_the_same_and_one_change_costs_one_task(
    run_grader: RunGrader, desk: Path
) -> None:
    first, before = check(run_grader, desk)
    second, again = check(run_grader, desk)
    assert (first, before) == (second, again)  # messages, pictures, notes, durations and all
    assert "Expected: max(0, z)" in first.stdout
    l2 = desk / "assignments" / "l2.py"
    l2.write_text(l2.read_text(encoding="utf-8") + "\nmore = 1\n", encoding="utf-8")
    _, after = check(run_grader, desk)
    same = {slug for slug, values in durations(after).items() if durations(before)[slug] == values}
    assert same == {"relu", "momentum"}
    _, anew = check(run_grader, desk, "--again")
    assert not any(durations(after)[slug] == values for slug, values in durations(anew).items())
    _, kept = check(run_grader, desk)
    assert durations(kept) == durations(anew)


@on_posix
def test_what_others_may_write_is_not_believed(run_grader: RunGrader, desk: Path) -> None:
    folder = desk.parent / "cache" / "grader" / "results"
    _, before = check(run_grader, desk)
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o770)
    ran, after = check(run_grader, desk)
    folder.chmod(0o700)
    assert f"{folder} may be written by others" in ran.stderr
    assert not any(durations(before)[slug] == values for slug, values in durations(after).items())


# ---------------------------------------------------------------- the folder


def test_where_there_can_be_no_cache_checks_go_on_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "grader").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert open_cache(COURSE, COURSE.seed, pytest.fail) is None


@pytest.mark.usefixtures("no_torch")
def test_what_was_found_longest_ago_is_removed_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = open_cache(COURSE, COURSE.seed, pytest.fail)
    assert cache is not None
    for submission in IDLE.values():
        check_in(submission, cache)
    folder = tmp_path / "grader" / "results"
    for number, path in enumerate(sorted(folder.iterdir())):
        os.utime(path, (number, number))
    oldest, *others = sorted(folder.iterdir())
    check_in(IDLE["missing"], cache)
    found = max(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    monkeypatch.setattr(
        caching, "MAX_TOTAL_BYTES", sum(p.stat().st_size for p in folder.iterdir()) - 1
    )
    cache.tidy()
    first = oldest if oldest != found else others[0]
    assert sorted(folder.iterdir()) == sorted({oldest, *others} - {first})


@pytest.mark.usefixtures("no_torch")
@pytest.mark.parametrize("command", ["check", "watch"])
def test_the_cache_is_held_to_its_bound_by_each_command(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache, folder = open_cache(COURSE, COURSE.seed, pytest.fail), tmp_path / "grader" / "results"
    for bound, kept in ((caching.MAX_TOTAL_BYTES, 1), (0, 0)):
        monkeypatch.setattr(caching, "MAX_TOTAL_BYTES", bound)
        if command == "check":
            check_in(IDLE["missing"], cache)
        else:
            Known(COURSE, COURSE.seed, cache).report_on(Task("relu", None, "not UTF-8"))
        assert len(list(folder.iterdir())) == kept
        for path in folder.iterdir():
            path.unlink()
