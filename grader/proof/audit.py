"""`grader audit`: the course is coherent, every solution is right, no stub is, each check can fail.

Findings are lines, given out as they are found: first what reading shows, then what grading does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from grader.course.manifest import Assignment, Course
from grader.course.stubs import StubError, make_stub, original_stub
from grader.errors import GraderError
from grader.grading.checkfile import collect_checks
from grader.grading.engine import Engine
from grader.grading.many import run_tasks
from grader.grading.task import Graded
from grader.proof.coherence import incoherences, wrong_modules
from grader.report.model import AssignmentReport, CheckResult
from grader.submissions.model import Source, Submission

# What is neither a stub as it is handed out nor an answer: it is to be run, and to earn nothing.
TOUCH = "# touched\n"


class AuditError(ValueError):
    """There is nothing to audit here: one line that says why."""


@dataclass(frozen=True)
class Trial:
    """A module that is to be graded, and what is expected of it."""

    assignment: Assignment
    name: str
    text: str
    check: str = ""  # that is to fail it; "": it is a solution or a stub
    is_solution: bool = False


def audit(
    course: Course,
    engine: Engine,
    jobs: int,
    assignments: Sequence[Assignment] | None = None,
    on_solution: Callable[[str, float], None] = lambda slug, seconds: None,
) -> Iterator[str]:
    """Every finding, one line each.

    Args:
        assignments: only what is theirs; None: all, and what is no assignment's.
        on_solution: hears how long each solution took to be graded.

    Raises:
        AuditError: this copy has no solutions.
        SandboxError: no worker can be started.
    """
    if not (course.root / "solutions").is_dir():
        raise AuditError("there is no solutions/ folder here; audit the instructors' copy")
    yield from incoherences(course, assignments)
    yield from failures(engine, jobs, assignments or course.every, on_solution)


def failures(
    engine: Engine,
    jobs: int,
    assignments: Sequence[Assignment],
    on_solution: Callable[[str, float], None],
) -> Iterator[str]:
    """Solutions that lose points, stubs that earn some, and checks that never fail.

    Each check is shown one wrong module after another until it fails one.
    """
    course = engine.course
    gradable = [a for a in assignments if is_gradable(course, a.slug)]
    broken: set[tuple[str, str]] = set()
    trials = [trial for a in gradable for trial in solution_and_stub(course, a)]
    pending = {
        (a.slug, check): wrong_modules(course, a.slug, check)
        for a in gradable
        for check in checks_of(course, a.slug)
    }
    while pending or trials:
        for (slug, check), paths in pending.items():
            if paths:
                trials.append(wrong_trial(course, slug, check, paths.pop(0)))
        undecided = {}
        for trial, graded in grade(engine, trials, jobs):
            report = graded.report
            if trial.is_solution:
                on_solution(trial.assignment.slug, graded.duration_s)
            yield from grader_errors(trial, report, broken)
            if not trial.check:
                yield from unexpected(trial, report)
            elif not fails(report, trial.check):
                key = trial.assignment.slug, trial.check
                undecided[key] = pending[key]
                yield (
                    f"{trial.name}: {trial.check}, which is to catch it, does not; mend the check, "
                    "or move the module"
                )
        pending = {key: paths for key, paths in undecided.items() if paths}
        trials = []


def is_gradable(course: Course, slug: str) -> bool:
    """Whether the check file can be run, and the stub can be told apart."""
    try:
        original_stub(course, slug)
        return bool(collect_checks(course.check_path(slug)).items)
    except (GraderError, StubError):  # a finding already
        return False


def checks_of(course: Course, slug: str) -> list[str]:
    """The names of an assignment's check functions."""
    items = collect_checks(course.check_path(slug)).items
    return list(dict.fromkeys(item.name.partition("[")[0] for item in items))


def solution_and_stub(course: Course, assignment: Assignment) -> Iterator[Trial]:
    path = course.solution_path(assignment.slug)
    if not path.is_file():  # a finding already
        return
    text = path.read_text(encoding="utf-8")
    stub = make_stub(text)
    yield Trial(assignment, f"solutions/{path.name}", text, is_solution=True)
    yield Trial(assignment, f"assignments/{path.name}", stub + TOUCH)


def wrong_trial(course: Course, slug: str, check: str, path: Path) -> Trial:
    name = path.relative_to(course.root).as_posix()
    return Trial(course.assignment(slug), name, path.read_text(encoding="utf-8-sig"), check)


def grade(engine: Engine, trials: Sequence[Trial], jobs: int) -> Iterator[tuple[Trial, Graded]]:
    tasks = []
    for trial in trials:
        slug = trial.assignment.slug
        source = Source(slug, f"{slug}.py", trial.text)
        tasks.append((Submission(trial.name, {slug: source}, {}), trial.assignment))
    with closing(run_tasks(engine, tasks, jobs)) as graded:
        yield from zip(trials, graded, strict=True)


# ---------------------------------------------------------------- what a report shows


def fails(report: AssignmentReport, check: str) -> bool:
    """Whether the check, with any set of parameters, came to a verdict against the module."""
    return any(
        of.verdict not in ("passed", "not_judged", "grader_error")
        for of in report.checks
        if of.id.partition("[")[0] == check
    )


def unexpected(trial: Trial, report: AssignmentReport) -> Iterator[str]:
    """Points that a solution does not earn, or a stub does."""
    for check in report.checks:
        if trial.is_solution and check.verdict not in ("passed", "grader_error"):
            yield f"{trial.name}: {check.id} does not pass the solution: {said(check)}"
        if not trial.is_solution and check.points > 0:
            yield (
                f"{trial.name}: the stub earns {check.points:g} of {check.id}; let that check need "
                "the marked part"
            )


def grader_errors(
    trial: Trial, report: AssignmentReport, broken: set[tuple[str, str]]
) -> Iterator[str]:
    """Checks that are themselves at fault, each said once."""
    for check in report.checks:
        if check.verdict == "grader_error" and (report.slug, check.id) not in broken:
            broken.add((report.slug, check.id))
            yield f"{trial.name}: {check.id} is broken: {said(check)}"


def said(check: CheckResult) -> str:
    return " ".join(check.message.split()) or check.verdict
