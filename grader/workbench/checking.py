"""A student's work checked, as far as it is not known already what will come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from grader.course.manifest import Assignment, Course
from grader.grading.crew import usable_cores
from grader.grading.known.cache import Cache
from grader.grading.known.grade import grade_submissions
from grader.grading.known.idle import needs_worker
from grader.grading.opening import open_engine
from grader.grading.task import Graded, Task
from grader.report.model import AssignmentReport, Environment, Report
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from grader.grading.engine import Engine

UNCONFINED = "no sandbox on this machine; your code runs unconfined"


class Known:
    """What is known about modules without running them: from `cache`, or as nothing of them can
    be run."""

    def __init__(self, course: Course, seed: int, cache: Cache | None) -> None:
        self._course = course
        self._seed = seed
        self._cache = cache

    def report_on(self, task: Task) -> AssignmentReport | None:
        """The report on this module; None: it has to be run.

        Raises:
            GraderError: its check file is broken.
        """
        cache, assignment = self._cache, self._course.assignment(task.slug)
        if cache is not None and (entry := cache.find(task.submission, assignment)) is not None:
            return entry.graded.report
        if needs_worker(self._course, task.submission, task.slug):
            return None
        with open_engine(self._course, self._seed, modules=0) as engine:
            graded = engine.grade(task.submission, assignment)
            self.keep(task, graded, engine.environment)
        return graded.report

    def keep(self, task: Task, graded: Graded, environment: Environment) -> None:
        """Let it be known from now on."""
        if self._cache is not None:
            assignment = self._course.assignment(task.slug)
            self._cache.keep(task.submission, assignment, graded, environment)
            self._cache.tidy()


def check_work(
    course: Course,
    submission: Submission,
    assignments: Sequence[Assignment],
    seed: int,
    cache: Cache | None,
    tell: Callable[[AssignmentReport], None],
    note: Callable[[str], None],
) -> Report:
    """The report on these assignments; what is known is taken from `cache`.

    Args:
        tell: hears of each assignment in turn, as soon as it is graded.
        note: is told if student code runs unconfined.

    Raises:
        GraderError, SandboxError: nothing can be graded here.
    """

    def before_any(engine: Engine) -> None:
        if not engine.jailed:
            note(UNCONFINED)

    (report,) = grade_submissions(
        course,
        seed,
        [submission],
        assignments,
        usable_cores(),
        lambda _, assignment: tell(assignment),
        before_any,
        cache,
        ones_own=True,
    )
    return report
