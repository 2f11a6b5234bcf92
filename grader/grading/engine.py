"""One submission becomes one Report: for each assignment its check file is run in this process.

The checks ask their questions over a socket; student code runs in workers only.
"""

from __future__ import annotations

import os
import platform
import secrets
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib import metadata

import msgspec
import numpy as np

import grader
from grader.course.digits import Digits, load_digits
from grader.course.manifest import Assignment, Course
from grader.course.stubs import defined_names, original_stub
from grader.errors import GraderError, UnconfinedError
from grader.grading.checkfile import collect_checks
from grader.grading.crew import KILLED, in_processes
from grader.grading.devices import on_cpu
from grader.grading.key import checks_digest
from grader.grading.known.cache import Cache
from grader.grading.known.idle import why_not_judged
from grader.grading.memory import keep_freed_blocks
from grader.grading.pictures import picture_of
from grader.grading.plugin import CheckRun, Judgement
from grader.grading.slips.recognise import slip_of
from grader.grading.slips.table import GPU
from grader.grading.task import Graded, Outcome, Task, is_confined, make_report
from grader.grading.turns import Turns
from grader.report.model import (
    TRIED_AGAIN,
    TRIED_TWICE,
    AssignmentReport,
    CheckResult,
    Environment,
    Report,
    status_of,
    unsound,
)
from grader.sandbox.client import ENTRY_POINTS, Allowance, Student, confinement
from grader.sandbox.launch import NoWorkers, can_fork
from grader.sandbox.process import Launcher, SandboxError
from grader.submissions.code.traces import leaves_no_trace
from grader.submissions.model import Source, Submission
from grader.text import printable

AGAIN = "run the same command again"
DRAW, DRAW_BITS = "GRADER_DRAW", 48  # so that JavaScript can read it, too
MAX_NOTE = 500  # characters
MANY_LINES = 100  # printed: a few are nobody's concern


def new_draw() -> int:
    """One that nobody knows; GRADER_DRAW sets it, to judge the same as a run before.

    Raises:
        GraderError: that is no such number.
    """
    given = os.environ.get(DRAW)
    if given is None:
        return secrets.randbits(DRAW_BITS)
    if not (given.isascii() and given.isdecimal() and len(given) < 20):
        raise GraderError(f"{DRAW}={given}: a report's `draw` is a whole number")
    return int(given)


@dataclass(frozen=True)
class Engine:
    """What grading needs, made once: the course, the data, the launcher of workers, the seed.

    `check_run` makes the run of a check file; another one may leave out what it does not need.
    `draw` decides what of a training is judged; it is another one in each run, so that no module
    can be made for it.
    """

    course: Course
    launcher: Launcher
    seed: int
    check_run: type[CheckRun] = CheckRun
    draw: int = field(default_factory=new_draw)
    _turns: Turns = field(default_factory=Turns, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keep_freed_blocks()

    @cached_property
    def protections(self) -> dict[str, bool]:
        """The sandbox's protections by name, found out by starting a worker; none without any."""
        return {} if isinstance(self.launcher, NoWorkers) else confinement(self.launcher)

    @property
    def jailed(self) -> bool:
        """Whether student code is confined."""
        return is_confined(self.protections)

    def expect_confinement(self, *, allow_degraded: bool = False) -> None:
        """Make sure that student code is confined, or that somebody has allowed the opposite.

        Raises:
            UnconfinedError: it is not, and nobody has.
        """
        if not (self.jailed or allow_degraded):
            raise UnconfinedError(
                "this machine can't confine student code (see grader doctor); "
                "--allow-degraded grades all the same"
            )

    @cached_property
    def environment(self) -> Environment:
        return Environment(
            grader=grader.__version__,
            python=platform.python_version(),
            torch=metadata.version("torch"),
            numpy=np.__version__,
            platform=platform.platform(terse=True),
            protections=self.protections,
        )

    @cached_property
    def digits(self) -> Digits:
        return load_digits(self.course.data_dir, "train")

    @cached_property
    def unseen(self) -> Digits:
        return load_digits(self.course.data_dir, "test")

    def grade(self, submission: Submission, assignment: Assignment) -> Graded:
        """Grade one assignment of `submission`; again, alone, if what came of it may be the
        machine's doing or a neighbour's. What happens to a module again is its own.

        Whatever else goes wrong with this submission is told by its checks.

        Raises:
            GraderError: the check file is broken.
            SandboxError: no worker can be started or kept, this time and the next.
        """
        collect_checks(self.course.check_path(assignment.slug))
        try:
            try:
                with self._turns.beside_others():
                    graded, doubt = self._grade(submission, assignment)
            except SandboxError:
                graded, doubt = None, "the sandbox failed"
            if doubt or graded is None:
                with self._turns.alone():
                    graded, doubt = self._grade(submission, assignment)
                notes = [*graded.report.notes, TRIED_TWICE if doubt else TRIED_AGAIN]
                report = msgspec.structs.replace(graded.report, notes=notes)
                graded = Graded(report, graded.duration_s)
        except SandboxError:
            raise
        except Exception as error:
            return self.failed(assignment, f"{type(error).__name__}: {error}")
        return graded

    def failed(self, assignment: Assignment, reason: str) -> Graded:
        """The report on a module that can't be graded, which is not its fault."""
        checks = collect_checks(self.course.check_path(assignment.slug))
        results = checks.describe(Judgement("grader_error", printable(reason)))
        return Graded(
            AssignmentReport(
                slug=assignment.slug,
                title=assignment.title,
                status="failed",
                score=0.0,
                max_score=sum(check.max_points for check in results),
                checks=results,
                training=None,
                output="",
            ),
            0.0,
        )

    def _grade(
        self, submission: Submission, assignment: Assignment, moved: str = ""
    ) -> tuple[Graded, str]:
        """A report, and why it may be the machine's doing ("": it is not).

        `moved` says where its code was put on the CPU.
        """
        start = time.perf_counter()
        slug = assignment.slug
        source = submission.sources.get(slug)
        problem = why_not_judged(self.course, submission, slug)
        with self._student(assignment, source or Source(slug, "", "")) as student:
            run = self.check_run(
                assignment,
                student,
                lambda: self.digits,
                lambda: self.unseen,
                self.seed,
                self.draw,
                problem,
                partial(
                    slip_of,
                    source="" if source is None else source.text,
                    stub=original_stub(self.course, slug),
                ),
            )
            collect_checks(self.course.check_path(slug)).run(run)
            checks = run.results
            picture = picture_of(student, assignment.picture, checks) if problem is None else None
            if student.failure is not None:
                raise student.failure
        if source is not None and any(check.misconception == GPU for check in checks):
            there, where = on_cpu(source)
            if where and not moved:
                sources = {**submission.sources, slug: there}
                return self._grade(replace(submission, sources=sources), assignment, where)
        if problem is None:
            status = status_of(checks)
        elif source is not None:
            status = "untouched"
        else:
            status = "failed" if slug in submission.problems else "missing"
        report = AssignmentReport(
            slug=slug,
            title=assignment.title,
            status=status,
            score=sum(check.points for check in checks),
            max_score=sum(check.max_points for check in checks),
            checks=checks,
            training=run.training,
            output=printable(student.output, assignment.limits.output_kib << 10, newlines=True),
            picture=picture,
            read_from="" if source is None else source.read_from,
            notes=[
                printable(note, MAX_NOTE)
                for note in (*student.notes, moved, about_output(student.output))
                if note
            ],
        )
        if reason := unsound(report, slug):
            raise ValueError(reason)
        return Graded(report, time.perf_counter() - start), run.doubt or student.doubt

    def _student(self, assignment: Assignment, source: Source) -> Student:
        return Student(
            self.launcher,
            assignment.slug,
            source.text,
            limits_of(assignment),
            source.cells,
            source.siblings,
            defined_names(self.course, assignment.slug) or ENTRY_POINTS,
            partial(leaves_no_trace, source),
        )


def about_output(output: str) -> str:
    """A note on what a module printed, where that is much; "": it is not."""
    lines = output.count("\n")
    if lines < MANY_LINES:
        return ""
    return f"it printed {lines} lines: where forward prints, training is slow; take that out"


def limits_of(assignment: Assignment) -> Allowance:
    return Allowance(**msgspec.structs.asdict(assignment.limits))


def list_checks(course: Course) -> dict[str, list[CheckResult]]:
    """Each assignment's checks, by slug, none of them run.

    Raises:
        GraderError: a check file is broken.
    """
    return {
        slug: collect_checks(course.check_path(slug)).describe(Judgement("not_judged", "not run"))
        for slug in course.every_slug
    }


def load_checks(course: Course, assignments: Iterable[Assignment]) -> dict[str, str]:
    """Load their check files; by slug the digest of what they are judged by, as it was loaded.

    A check file that is broken is left to those who need it.

    Raises:
        GraderError: something changed meanwhile.
    """
    before = {a.slug: checks_digest(course, a) for a in assignments}
    for slug in before:
        with suppress(GraderError):
            collect_checks(course.check_path(slug))
    for slug, digest in before.items():
        if checks_digest(course, course.assignment(slug)) != digest:
            raise GraderError(f"{slug}: its checks changed while they were loaded; {AGAIN}")
    return before


def grade_submissions(
    engine: Engine,
    submissions: Sequence[Submission],
    assignments: Sequence[Assignment],
    jobs: int,
    on_progress: Callable[[Submission, AssignmentReport], None],
    cache: Cache | None = None,
) -> list[Report]:
    """Grade the assignments of every submission, `jobs` at a time; reports in the order given.

    `on_progress` hears of each assignment as soon as it and all before it are graded. What is in
    `cache` is not graded again.

    Raises:
        GraderError, SandboxError: the grader failed; no grade can be given.
    """
    tasks = [(submission, assignment) for submission in submissions for assignment in assignments]
    graded: list[Graded] = []
    run = run_tasks if cache is None else partial(run_unknown, cache)
    with closing(run(engine, tasks, jobs)) as results:
        for (submission, _), result in zip(tasks, results, strict=True):
            on_progress(submission, result.report)
            graded.append(result)
    size = len(assignments)
    groups = [graded[i : i + size] for i in range(0, len(graded), size)]
    return [
        make_report(submission, group, engine.environment, engine.seed)
        for submission, group in zip(submissions, groups, strict=True)
    ]


def run_unknown(
    cache: Cache, engine: Engine, tasks: Sequence[tuple[Submission, Assignment]], jobs: int
) -> Generator[Graded, None, None]:
    """As run_tasks, but for what is in `cache`; new results are kept there as they come."""
    known = [cache.find(*task) for task in tasks]
    missing = [task for task, entry in zip(tasks, known, strict=True) if entry is None]
    with closing(run_tasks(engine, missing, jobs)) as fresh:
        for task, entry in zip(tasks, known, strict=True):
            if entry is not None:
                yield entry.graded
                continue
            graded = next(fresh)
            cache.keep(*task, graded, engine.environment)
            yield graded
    cache.tidy()


def grade_task(engine: Engine, encoded: bytes) -> Outcome:
    """Grade the Task in `encoded`; whatever goes wrong is an outcome too."""
    task = msgspec.msgpack.decode(encoded, type=Task)
    try:
        assignment = engine.course.assignment(task.slug)
        graded = engine.grade(task.submission, assignment)
        return Outcome(graded, engine.environment)
    except SandboxError as error:
        return Outcome(error=str(error), sandbox_failed=True)
    except Exception as error:  # one task's failure must not cost the others their grades
        return Outcome(error=str(error) or type(error).__name__)


def run_tasks(
    engine: Engine, tasks: Sequence[tuple[Submission, Assignment]], jobs: int
) -> Generator[Graded, None, None]:
    """Grade in this process, or in `jobs` processes forked from it that share the zygote.

    Of a task on which the grader fails, the checks say so.

    Raises:
        GraderError: a check file is broken.
    """
    engine.digits  # noqa: B018  read once, before the processes fork
    for slug in {assignment.slug for _, assignment in tasks}:
        collect_checks(engine.course.check_path(slug))

    def grade(number: bytes) -> Graded:
        submission, assignment = tasks[int(number)]
        try:
            return engine.grade(submission, assignment)
        except SandboxError as error:
            return engine.failed(assignment, str(error))

    numbers = [b"%d" % number for number in range(len(tasks))]
    if jobs == 1 or len(tasks) <= 1 or not can_fork():
        yield from map(grade, numbers)
        return

    def encoded(number: bytes) -> bytes:
        return msgspec.msgpack.encode(grade(number))

    early: dict[int, Graded] = {}  # by number: what others before it are waited for with
    following = 0
    with closing(in_processes(encoded, numbers, jobs, engine.launcher.mend)) as events:
        for event in events:
            if event is None:
                continue
            number, report = event
            if report is None:
                early[number] = engine.failed(tasks[number][1], f"twice: {KILLED}")
            else:
                early[number] = msgspec.msgpack.decode(report, type=Graded)
            while following in early:
                yield early.pop(following)
                following += 1
