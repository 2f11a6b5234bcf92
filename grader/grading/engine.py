"""One assignment of a submission becomes a report: its check file is run in this process.

The checks ask their questions over a socket; student code runs in workers only.
"""

from __future__ import annotations

import os
import platform
import secrets
import time
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
from grader.grading.devices import on_cpu
from grader.grading.known.idle import why_not_judged
from grader.grading.pictures import picture_of
from grader.grading.process import keep_freed_blocks, one_thread
from grader.grading.slips.recognise import slip_of
from grader.grading.slips.table import GPU
from grader.grading.task import Graded, is_confined
from grader.grading.turns import Turns
from grader.grading.verdicts.judgement import Judgement
from grader.grading.verdicts.run import CheckRun
from grader.report.model import (
    TRIED_AGAIN,
    TRIED_TWICE,
    AssignmentReport,
    CheckResult,
    Environment,
    Status,
    status_of,
    unsound,
)
from grader.sandbox.client import ENTRY_POINTS, Allowance, Student, confinement
from grader.sandbox.launch import NoWorkers
from grader.sandbox.process import Launcher, SandboxError
from grader.submissions.code.traces import leaves_no_trace
from grader.submissions.model import Source, Submission
from grader.text import printable

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

    @one_thread()
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
            run = self._run_of(student, assignment, source, problem)
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
        report = AssignmentReport(
            slug=slug,
            title=assignment.title,
            status=standing_of(submission, slug, problem, checks),
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

    def _run_of(
        self, student: Student, assignment: Assignment, source: Source | None, problem: str | None
    ) -> CheckRun:
        text = "" if source is None else source.text
        stub = original_stub(self.course, assignment.slug)
        return self.check_run(
            assignment,
            student,
            lambda: self.digits,
            lambda: self.unseen,
            self.seed,
            self.draw,
            problem,
            partial(slip_of, source=text, stub=stub),
        )

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


def standing_of(
    submission: Submission, slug: str, problem: str | None, checks: list[CheckResult]
) -> Status:
    """Where an assignment stands by its checks or, where a `problem` kept them from being run, by
    what was handed in for it."""
    if problem is None:
        return status_of(checks)
    if slug in submission.sources:
        return "untouched"
    return "failed" if slug in submission.problems else "missing"


def about_output(output: str) -> str:
    """A note on what a module printed, where that is much; "": it is not."""
    lines = output.count("\n")
    if lines < MANY_LINES:
        return ""
    return f"it printed {lines} lines: where forward prints, training is slow; take that out"


def limits_of(assignment: Assignment) -> Allowance:
    return Allowance(**msgspec.structs.asdict(assignment.limits))
