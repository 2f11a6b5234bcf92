"""Results that are kept between runs: what has not changed is not graded again, all else is."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers.commands import Ran, RunGrader
from helpers.repository import REPOSITORY, copy_repository, hand_in, solution, wrong

from grader.course.manifest import load_course
from grader.grading.known import cache
from grader.grading.known.cache import Cache
from grader.grading.task import Graded
from grader.report.model import AssignmentReport, CheckResult, Environment, Verdict, status_of
from grader.submissions.model import Source, Submission

ENVIRONMENT = Environment("1.0.0", "3.11.7", "2.14.1", "2.4.6", "Linux", {"files": True})
ONLY = ("--only", "relu", "--only", "l2", "--only", "adam")


def grade(run_grader: RunGrader, folder: Path, *options: str | Path) -> tuple[Ran, Any]:
    """Grade `folder` with the cache beside it: how that ended, and the JSON."""
    target = folder.parent / "a.json"
    cache = folder.parent / "cache"
    ran = run_grader("grade", folder, *ONLY, "--cache", cache, "--json", target, *options)
    return ran, json.loads(target.read_bytes())


@pytest.fixture(scope="module")
def first(run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran, Any]:
    """A submission that was graded, with the cache beside it; not to be changed."""
    double = wrong("l2", "test_update_rule/double.py")
    root = tmp_path_factory.mktemp("first")
    folder = hand_in(root / "ada", {"relu": solution("relu"), "l2": double})
    return folder, *grade(run_grader, folder)


@pytest.fixture
def folder(first: tuple[Path, Ran, Any], tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(first[0].parent, tmp_path / "copy")
    return tmp_path / "copy" / "ada"


def durations(document: Any) -> dict[str, list[float]]:
    """By slug what no two gradings have in common: how long each check took."""
    (report,) = document["reports"]
    return {a["slug"]: [c["duration_s"] for c in a["checks"]] for a in report["assignments"]}


def test_what_has_not_changed_is_not_graded_again(
    run_grader: RunGrader, first: tuple[Path, Ran, Any], folder: Path
) -> None:
    _, before, document = first
    after, again = grade(run_grader, folder)
    assert again == document  # durations and all
    assert any(durations(document)["relu"])
    assert (before.status, before.stdout, before.stderr) == (0, after.stdout, after.stderr)


def test_what_has_changed_is_graded_again_and_nothing_else(
    run_grader: RunGrader, first: tuple[Path, Ran, Any], folder: Path
) -> None:
    _, _, before = first
    (folder / "l2.py").write_text(solution("l2"))
    (folder / "adam.py").write_text(solution("adam"))
    _, after = grade(run_grader, folder)
    assert after["reports"][0]["score"] == 30
    same = {s for s, values in durations(before).items() if durations(after)[s] == values}
    assert same == {"relu"}


def test_another_seed_is_another_result(
    run_grader: RunGrader, first: tuple[Path, Ran, Any], folder: Path
) -> None:
    _, after = grade(run_grader, folder, "--seed", "8")
    assert durations(first[2])["relu"] != durations(after)["relu"]


def test_what_may_come_out_otherwise_is_graded_again(run_grader: RunGrader, folder: Path) -> None:
    (folder / "adam.py").write_text("import os\nos._exit(1)\n")
    (_, first), (_, second) = (grade(run_grader, folder) for _ in range(2))
    assert "crashed" in {c["verdict"] for c in first["reports"][0]["assignments"][1]["checks"]}
    assert durations(first)["adam"] != durations(second)["adam"]
    assert durations(first)["relu"] == durations(second)["relu"]


def test_an_entry_that_is_not_what_was_written_is_graded_again(
    run_grader: RunGrader, first: tuple[Path, Ran, Any], folder: Path
) -> None:
    entries = sorted((folder.parent / "cache").iterdir())
    kept = [path.read_bytes() for path in entries]
    assert len(entries) == 3  # l2, relu, and that there is no adam
    changed = msgspec.json.decode(kept[0])
    changed["graded"]["report"]["score"] = 1e308
    entries[0].write_bytes(msgspec.json.encode(changed))
    entries[1].write_bytes(kept[2])  # another task's
    entries[2].write_bytes(kept[2][:-100])
    ran, after = grade(run_grader, folder)
    assert ran.status == 0
    before = first[2]["reports"][0]["assignments"]
    scores = [assignment["score"] for assignment in after["reports"][0]["assignments"]]
    assert scores == [assignment["score"] for assignment in before]
    assert not any(
        durations(first[2])[slug] == values
        for slug, values in durations(after).items()
        if any(values)
    )


def test_a_cache_that_cannot_be_used_is_told_and_left_aside(
    run_grader: RunGrader, folder: Path
) -> None:
    cache = folder.parent / "cache"
    shutil.rmtree(cache)
    cache.touch()
    ran, after = grade(run_grader, folder)
    assert ran.status == 0 and after["reports"][0]["score"] > 0
    (line,) = [line for line in ran.stderr.splitlines() if "--cache" in line]
    assert line.endswith("; graded without it")


@pytest.mark.parametrize(
    ("verdict", "is_kept"),
    [
        ("passed", True), ("failed", True), ("error", True), ("not_judged", True),
        ("timed_out", False), ("crashed", False), ("grader_error", False),
    ],
)  # fmt: skip
def test_what_another_run_may_judge_otherwise_is_not_kept(
    verdict: Verdict, is_kept: bool, tmp_path: Path
) -> None:
    course = load_course(REPOSITORY)
    relu = course.assignment("relu")
    submission = Submission("ada", {"relu": Source("relu", "relu.py", solution("relu"))}, {})
    points = 10.0 * (verdict == "passed")
    checks = [CheckResult("test_it", "It works", verdict, points, 10.0, "", "", 0.0)]
    report = AssignmentReport("relu", "ReLU", status_of(checks), points, 10.0, checks, None, "")
    kept = Cache(tmp_path / "cache", course, 1, pytest.fail)
    kept.keep(submission, relu, Graded(report, 0.5), ENVIRONMENT)
    assert (kept.find(submission, relu) is not None) == is_kept


@pytest.fixture
def passed() -> Graded:
    """A result that can be kept."""
    checks = [CheckResult("test_it", "It works", "passed", 10.0, 10.0, "", "", 0.0)]
    return Graded(AssignmentReport("relu", "ReLU", "passed", 10.0, 10.0, checks, None, ""), 0.5)


def submission_of(text: str) -> Submission:
    return Submission("ada", {"relu": Source("relu", "relu.py", text)}, {})


def test_a_result_of_checks_that_changed_meanwhile_is_not_kept(
    passed: Graded, tmp_path: Path
) -> None:
    course = load_course(copy_repository(tmp_path / "course"))
    relu, submission = course.assignment("relu"), submission_of("x = 1\n")
    kept = Cache(tmp_path / "cache", course, 1, pytest.fail)
    assert kept.find(submission, relu) is None
    checks = course.check_path("relu")
    text = checks.read_text(encoding="utf-8")
    checks.write_text(f"{text}\n# changed while it was graded\n", encoding="utf-8")
    kept.keep(submission, relu, passed, ENVIRONMENT)
    checks.write_text(text, encoding="utf-8")
    assert kept.find(submission, relu) is None
    kept.keep(submission, relu, passed, ENVIRONMENT)
    assert kept.find(submission, relu) is not None


def test_what_was_found_longest_ago_is_removed_first(
    passed: Graded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = load_course(REPOSITORY)
    relu, kept = course.assignment("relu"), Cache(tmp_path, course, 1, pytest.fail)
    submissions = [submission_of(f"x = {number}\n") for number in range(3)]
    for number, submission in enumerate(submissions):
        before = {*tmp_path.iterdir()}
        kept.keep(submission, relu, passed, ENVIRONMENT)
        (path,) = {*tmp_path.iterdir()} - before
        os.utime(path, (number, number))
    assert kept.find(submissions[0], relu) is not None  # the oldest, and the last to be found
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    monkeypatch.setattr(cache, "MAX_TOTAL_BYTES", sum(sizes) - 1)
    kept.tidy()
    assert [kept.find(each, relu) is not None for each in submissions] == [True, False, True]
