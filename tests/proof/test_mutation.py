"""Mutants are graded as submissions are; what the checks let through is shown, and counts."""

from __future__ import annotations

import re
import shutil
from itertools import count
from pathlib import Path

import msgspec
import pytest
from helpers.commands import RunGrader
from helpers.repository import REPOSITORY

from grader.course.manifest import Assignment, Course, load_course
from grader.grading.engine import Engine
from grader.proof.mutants.equivalent import equivalent_path
from grader.proof.mutants.score import (
    MutantRun,
    MutationScore,
    hurried,
    lines_of,
    score_course,
    summarise,
)
from grader.proof.mutants.source import make_mutants
from grader.sandbox.process import Launcher
from grader.submissions.model import Source, Submission

CALL = "return torch.optim.SGD(parameters, lr=lr, momentum=momentum)"
NESTEROV = f"{CALL} -> {CALL[:-1]}, nesterov=True)"
SHORT = """\
from torch.optim import SGD


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    # BEGIN SOLUTION: return the optimizer
    return SGD(parameters, lr, momentum)
    # END SOLUTION
"""
SHORT_CALL = "return SGD(parameters, lr, momentum)"
SHORT_NESTEROV = f"{SHORT_CALL} -> return SGD(parameters, lr, momentum, nesterov=True)"
SHORT_SWAPPED = f"{SHORT_CALL} -> return SGD(parameters, momentum, lr)"
DEFAULT = "def make_optimizer(parameters, lr=0.01, momentum=0.9):"
LR_DOUBLE = f"{DEFAULT} -> {DEFAULT.replace('0.01', '0.02')}"

NUMBERS = count(1)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course in a folder that a test may write to, with one assignment: momentum, which trains
    for an epoch.

    Under a slug of its own, as pytest collects no two files of the same name in a process.
    """
    course = load_course(REPOSITORY)
    slug = f"momentum_{next(NUMBERS)}"
    assignment = msgspec.structs.replace(
        course.assignment("momentum"), slug=slug, epochs=1, threshold=0.0
    )
    copy = msgspec.structs.replace(course, assignments=(assignment,), root=tmp_path)
    for theirs, ours in (
        (course.solution_path("momentum"), copy.solution_path(slug)),
        (course.check_path("momentum"), copy.check_path(slug)),
    ):
        ours.parent.mkdir(parents=True)
        shutil.copyfile(theirs, ours)
    shutil.copytree(course.data_dir, copy.data_dir)
    (tmp_path / "tests").mkdir()
    return copy


def solution_of(course: Course) -> Path:
    return course.solution_path(course.assignments[0].slug)


def checks_of(course: Course) -> Path:
    return course.check_path(course.assignments[0].slug)


def list_equivalent(course: Course, *changes: str) -> None:
    mutants = "".join(f'"{change}",\n' for change in changes)
    entry = f'slug = "{course.slugs[0]}"\nreason = "Accepted."\nmutants = [\n{mutants}]\n'
    equivalent_path(course).write_text(f"[[equivalent]]\n{entry}", encoding="utf-8")


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def score(
    course: Course, launcher: Launcher, sample: int | None = None, seed: int = 1
) -> MutationScore:
    heard: list[tuple[str, int, int]] = []
    engine = Engine(course, launcher, seed)
    (result,) = score_course(
        engine, engine.course.every, 2, sample, lambda *told: heard.append(told)
    )
    assert heard == [
        (result.slug, number, result.figures["graded"])
        for number in range(1, result.figures["graded"] + 1)
    ]
    return result


def changes(score: MutationScore) -> list[str]:
    return [mutant.change for mutant in score.survivors]


def test_only_the_mutant_that_is_right_survives_and_the_list_is_held_against_what_they_do(
    course: Course, launcher: Launcher
) -> None:
    solution_of(course).write_text(SHORT, encoding="utf-8")
    list_equivalent(course, SHORT_SWAPPED, "x = 1 -> x = 2")
    result = score(course, launcher)
    assert changes(result) == [SHORT_NESTEROV]
    assert result.findings == [
        f"{result.slug}: listed as equivalent, but no longer made: x = 1 -> x = 2",
        f"{result.slug}: listed as equivalent, but test_update_rule fails it: {SHORT_SWAPPED}",
    ]
    made, killed = result.figures["made"], result.figures["killed"]
    assert result.figures["graded"] == made == killed + 1 > 30
    assert result.figures["survive"] == 1
    assert result.kills["test_builds"] > 0
    assert result.kills["test_update_rule"] > 0
    assert result.kills["test_defaults"] > 0
    assert result.kills["test_training"] == 0
    assert sum(result.kills.values()) >= killed
    assert all(result.alone[check] <= result.kills[check] for check in result.checks)

    text = "\n".join(lines_of(result))
    share = f"{100 * killed / made:.1f}%"
    figures = f"{made} mutants: {killed} killed, 0 equivalent, 1 survive; score {share}"
    assert text.startswith(f"{result.slug}: {figures}\n   kills   alone\n")
    assert f"{result.kills['test_builds']:8}{result.alone['test_builds']:8}  test_builds\n" in text
    diff = f"--- solutions/{result.slug}.py\n+++ solutions/{result.slug}.py\n@@ "
    assert f"{result.slug}: survives: {SHORT_NESTEROV}\n{diff}" in text
    assert f"\n-    {SHORT_CALL}\n+    {SHORT_CALL[:-1]}, nesterov=True)\n" in text
    assert text.endswith("\n".join(["", *result.findings]))


def test_what_a_missing_check_would_have_caught_survives(
    course: Course, launcher: Launcher
) -> None:
    solution_of(course).write_text(SHORT, encoding="utf-8")
    list_equivalent(course, SHORT_NESTEROV)
    rewrite(checks_of(course), "def test_defaults", "def left_out")
    for other in ("test_parameters_without_gradient", "test_two_optimizers", "test_training"):
        rewrite(checks_of(course), f"def {other}", "def needless")
    result = score(course, launcher)
    assert LR_DOUBLE in changes(result)
    assert SHORT_SWAPPED not in changes(result)
    assert all(change.startswith(DEFAULT) for change in changes(result))
    assert not result.findings
    assert result.figures["equivalent"] == 1
    assert result.figures["survive"] == len(result.survivors)


def test_a_task_outside_the_total_is_mutated_as_well(course: Course, launcher: Launcher) -> None:
    list_equivalent(course, NESTEROV)
    further = msgspec.structs.replace(course, assignments=(), further=course.assignments)
    result = score(further, launcher, sample=6)
    assert result.slug == course.slugs[0]
    assert result.figures["graded"] == 6
    assert not result.survivors
    assert summarise("all", result.figures).endswith("score 100.0%")


def test_a_sample_is_drawn_by_the_seed(course: Course, launcher: Launcher) -> None:
    text = "def test_nothing(student):\n    student.load()\n"  # every mutant survives that
    checks_of(course).write_text(text, encoding="utf-8")
    once, again, other = (score(course, launcher, sample=8, seed=seed) for seed in (1, 1, 2))
    assert once.figures["graded"] == len(once.survivors) == 8 < once.figures["made"]
    assert changes(again) == changes(once)
    assert changes(other) != changes(once)
    said = f"{once.figures['made']} mutants, 8 of them graded: 0 killed, 0 equivalent, 8 survive"
    assert next(lines_of(once)) == f"{once.slug}: {said}; score 0.0%"


def test_a_solution_that_fails_its_checks_is_a_finding(course: Course, launcher: Launcher) -> None:
    rewrite(solution_of(course), "momentum=momentum)", "momentum=0.5)")
    result = score(course, launcher)
    (finding,) = result.findings
    assert finding.startswith(f"solutions/{result.slug}.py: does not pass its own checks in 20 s")
    assert result.figures["graded"] == 0


def test_a_solution_that_is_not_python_is_a_finding(course: Course, launcher: Launcher) -> None:
    solution_of(course).write_text("def make_optimizer(\n", encoding="utf-8")
    result = score(course, launcher)
    assert result.findings == [f"solutions/{result.slug}.py:1: not Python: '(' was never closed"]


HANGS = """\
from torch.optim import SGD


def make_optimizer(parameters):
    while not parameters:
        pass
    # BEGIN SOLUTION: return the optimizer
    return SGD(parameters)
    # END SOLUTION
"""
MAKES = """\
import numpy as np


def test_makes(student):
    student.make_optimizer([np.ones(2, np.float32)])
"""


def test_a_mutant_that_hangs_is_ended_and_counts_as_killed(
    course: Course, launcher: Launcher
) -> None:
    (assignment,) = course.assignments
    limits = msgspec.structs.replace(assignment.limits, cpu_s=1)
    assignment = msgspec.structs.replace(assignment, limits=limits)
    course = msgspec.structs.replace(course, assignments=(assignment,))
    solution_of(course).write_text(HANGS, encoding="utf-8")
    checks_of(course).write_text(MAKES, encoding="utf-8")
    endless = "while not parameters: -> while parameters:"
    assert endless in [m.change for m in make_mutants(assignment.slug, HANGS)]
    list_equivalent(course, endless)
    result = score(course, launcher)
    assert f"{result.slug}: listed as equivalent, but test_makes fails it: {endless}" in (
        result.findings
    )


def test_mutants_get_less_time_than_students_and_never_more(course: Course) -> None:
    (assignment,) = course.assignments
    usual, short = assignment.limits, hurried(assignment).limits
    assert (short.wall_s, short.cpu_s) < (usual.wall_s, usual.cpu_s)
    assert (short.memory_mib, short.output_kib) == (usual.memory_mib, usual.output_kib)
    least = msgspec.structs.replace(usual, wall_s=3, cpu_s=2)
    given: Assignment = msgspec.structs.replace(assignment, limits=least)
    assert hurried(given).limits == least


@pytest.mark.parametrize(("default", "verdict"), [("0.01", "passed"), ("0.02", "not_judged")])
def test_what_a_check_has_caught_is_not_trained(
    course: Course, launcher: Launcher, default: str, verdict: str
) -> None:
    (assignment,) = course.assignments
    slug = assignment.slug
    text = (
        solution_of(course)
        .read_text("utf-8")
        .replace("lr: float = 0.01,", f"lr: float = {default},")
    )
    submission = Submission("", {slug: Source(slug, f"{slug}.py", text)}, {})
    report = Engine(course, launcher, 1, MutantRun).grade(submission, assignment).report
    verdicts = {check.id: check.verdict for check in report.checks}
    assert verdicts["test_training"] == verdict
    assert (report.training is None) == (verdict == "not_judged")


# ---------------------------------------------------------------- the command


def test_a_survivor_is_shown_as_a_diff_and_fails_the_audit(
    run_grader: RunGrader, small_course: Path
) -> None:
    ran = run_grader("audit", "--mutate", "--sample", "10", root=small_course, cwd=small_course)
    assert ran.status == 1, ran.stderr
    assert "nothing found: the course is coherent\n" in ran.stdout
    figures = re.search(r"^relu: \d+ mutants, 10 of them graded: (\d+) killed", ran.stdout, re.M)
    assert figures is not None
    survivors = ran.stdout.count("relu: survives: ")
    assert survivors == 10 - int(figures[1]) > 0
    assert ran.stdout.count("--- solutions/relu.py\n+++ solutions/relu.py\n@@ ") == survivors
    assert re.search(r"^ +\d+ +\d+  test_hidden_is_relu$", ran.stdout, re.M)
    assert re.search(r"\nall: \d+ mutants, 10 of them graded: .*%\n$", ran.stdout)


def test_a_sample_without_mutants_is_wrong_usage(run_grader: RunGrader) -> None:
    ran = run_grader("audit", "--sample", "3")
    assert ran.status == 2
    assert "add --mutate" in ran.stderr
