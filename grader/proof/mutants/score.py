"""`grader audit --mutate`: each solution is changed in one place at a time; do the checks notice?

A mutant is *killed* when a check fails it. Each is graded as a submission is, behind the wall and
in parallel, but with less time, so that one that hangs is ended soon; and one that a check has
already caught is not trained. A survivor is wrong, and then a check must be strengthened; or right,
and then it belongs in the list of equivalent mutants with the reason.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field

import msgspec
import numpy as np
import pytest

from grader.course.manifest import Assignment, Course
from grader.grading.engine import Engine
from grader.grading.many import run_tasks
from grader.grading.training import TrainingRun
from grader.grading.verdicts.run import CheckRun
from grader.proof.mutants.equivalent import load_equivalent
from grader.proof.mutants.source import Mutant, make_mutants
from grader.report.model import AssignmentReport
from grader.submissions.model import Source, Submission

WALL_S, CPU_S = 20, 15  # at most, instead of the course's limits
KILLED = ("failed", "error", "crashed", "timed_out")  # verdicts of checks


class MutantRun(CheckRun):
    """A run that trains only what no check has caught yet: training is what takes long."""

    def train(self, rng: np.random.Generator, **options: bool) -> TrainingRun:
        if any(result.verdict in KILLED for result in self.results):
            pytest.skip("another check has caught this mutant")
        return super().train(rng, **options)


@dataclass
class MutationScore:
    """What became of the mutants of one assignment.

    Args:
        solution: the text that was mutated.
        figures: how many mutants were "made", "graded", "killed", are "equivalent", or "survive".
        checks: the names of the checks, in the order of the file.
        kills: for each check how many mutants it fails.
        alone: for each check how many mutants no other check fails.
        findings: what is wrong with the list of equivalent mutants, with the solution or a check.
    """

    slug: str
    solution: str
    figures: Counter[str] = field(default_factory=Counter)
    checks: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    survivors: list[Mutant] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def estimate(
    course: Course, seconds: Mapping[str, float], jobs: int, sample: int | None
) -> tuple[int, float]:
    """How many mutants are to be graded, and the seconds that takes at most, more or less.

    A mutant that no check has caught is trained as its solution is; most are caught before.

    Args:
        seconds: by slug how long the solution took to be graded.
    """
    mutants, needed = 0, 0.0
    for slug, each in seconds.items():
        with suppress(SyntaxError):  # scoring it says so
            made = len(make_mutants(slug, course.solution_path(slug).read_text("utf-8-sig")))
            chosen = made if sample is None else min(made, sample)
            mutants += chosen
            needed += chosen * each
    return mutants, needed / jobs


def score_course(
    engine: Engine,
    assignments: Sequence[Assignment],
    jobs: int,
    sample: int | None,
    on_graded: Callable[[str, int, int], None],
) -> Iterator[MutationScore]:
    """Mutate each solution and grade what comes of it; a score for each assignment, in order.

    Args:
        engine: the course, the seed and the launcher to use.
        sample: grade so many mutants of each assignment, drawn by the seed; None: all of them.
        on_graded: hears of each graded mutant: the slug, how many are graded, and of how many.

    Raises:
        EquivalentError: the list of equivalent mutants is wrong.
        GraderError, SandboxError: the grader failed.
    """
    reasons = load_equivalent(engine.course)
    engine = Engine(engine.course, engine.launcher, engine.seed, MutantRun)
    for assignment in assignments:
        if not engine.course.solution_path(assignment.slug).is_file():
            continue  # grader audit says so
        yield score_assignment(
            engine, hurried(assignment), reasons[assignment.slug], jobs, sample, on_graded
        )


def hurried(assignment: Assignment) -> Assignment:
    """The assignment with less time: a mutant is ended sooner than a student's module."""
    limits = assignment.limits
    return msgspec.structs.replace(
        assignment,
        limits=msgspec.structs.replace(
            limits, wall_s=min(limits.wall_s, WALL_S), cpu_s=min(limits.cpu_s, CPU_S)
        ),
    )


def score_assignment(
    engine: Engine,
    assignment: Assignment,
    reasons: Mapping[str, str],
    jobs: int,
    sample: int | None,
    on_graded: Callable[[str, int, int], None],
) -> MutationScore:
    """Grade the mutants of one solution.

    Args:
        reasons: for the change of each mutant that is listed as equivalent, why it is.
    """
    slug = assignment.slug
    text = engine.course.solution_path(slug).read_text(encoding="utf-8-sig")
    score = MutationScore(slug, text)
    try:
        mutants = make_mutants(slug, text)
    except SyntaxError as error:
        score.findings.append(f"solutions/{slug}.py:{error.lineno}: not Python: {error.msg}")
        return score
    score.figures["made"] = len(mutants)
    for change in reasons.keys() - {mutant.change for mutant in mutants}:
        score.findings.append(f"{slug}: listed as equivalent, but no longer made: {change}")
    if sample is not None and sample < len(mutants):
        mutants = random.Random(f"{engine.seed}/{slug}").sample(mutants, sample)

    solution = Mutant(slug, text, "")
    with closing(grade(engine, assignment, [solution, *mutants], jobs)) as reports:
        unchanged = next(reports)
        score.checks = [check.id for check in unchanged.checks]
        if unchanged.status != "passed":
            score.findings.append(
                f"solutions/{slug}.py: does not pass its own checks in {assignment.limits.wall_s:g}"
                " s, so its mutants show nothing"
            )
            return score
        for number, (mutant, report) in enumerate(zip(mutants, reports, strict=True), start=1):
            judge(score, mutant, report, is_listed=mutant.change in reasons)
            on_graded(slug, number, len(mutants))
    return score


def grade(
    engine: Engine, assignment: Assignment, mutants: Sequence[Mutant], jobs: int
) -> Generator[AssignmentReport, None, None]:
    slug = assignment.slug
    submissions = [
        Submission(f"mutant {number}", {slug: Source(slug, f"{slug}.py", mutant.text)}, {})
        for number, mutant in enumerate(mutants)
    ]
    tasks = [(submission, assignment) for submission in submissions]
    with closing(run_tasks(engine, tasks, jobs)) as graded:
        for result in graded:
            yield result.report


def judge(
    score: MutationScore, mutant: Mutant, report: AssignmentReport, *, is_listed: bool
) -> None:
    """Enter into `score` what a mutant's report shows."""
    caught_by = [check.id for check in report.checks if check.verdict in KILLED]
    broken = [check for check in report.checks if check.verdict == "grader_error"]
    score.figures["graded"] += 1
    score.kills.update(caught_by)
    if len(caught_by) == 1:
        score.alone.update(caught_by)
    for check in broken:
        score.findings.append(
            f"{score.slug}: {check.id} is itself at fault: {check.message}: {mutant.change}"
        )
    if is_listed and caught_by:
        score.findings.append(
            f"{score.slug}: listed as equivalent, but {caught_by[0]} fails it: {mutant.change}"
        )
    if not (caught_by or is_listed):
        score.survivors.append(mutant)
    score.figures["killed" if caught_by else "equivalent" if is_listed else "survive"] += 1


def lines_of(score: MutationScore) -> Iterator[str]:
    """A score as text: the figures, each check's kills, the survivors as diffs, the findings.

    A survivor's first line is its change, as the list of equivalent mutants names it.
    """
    yield summarise(score.slug, score.figures)
    yield f"{'kills':>8}{'alone':>8}"
    for check in score.checks:
        yield f"{score.kills[check]:8}{score.alone[check]:8}  {check}"
    for mutant in score.survivors:
        yield f"{score.slug}: survives: {mutant.change}"
        yield from mutant.diff(score.solution)
    yield from score.findings


def summarise(name: str, figures: Counter[str]) -> str:
    """Figures in a line; the score is the share of the wrong mutants that were killed."""
    wrong = figures["killed"] + figures["survive"]
    percent = 100 * figures["killed"] / wrong if wrong else 100.0
    graded = figures["graded"]
    of = "" if graded == figures["made"] else f", {graded} of them graded"
    return (
        f"{name}: {figures['made']} mutants{of}: {figures['killed']} killed, "
        f"{figures['equivalent']} equivalent, {figures['survive']} survive; score {percent:.1f}%"
    )
