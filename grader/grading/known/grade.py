"""Submissions graded as far as it is not known already what will come of them.

It takes seconds to import torch: a worker is started only for what has to be run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from grader.course.manifest import Assignment, Course
from grader.grading.known.cache import Cache
from grader.grading.known.idle import needs_worker
from grader.grading.opening import open_engine
from grader.grading.task import Graded, make_report
from grader.report.model import AssignmentReport, Report
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from grader.grading.engine import Engine


def grade_submissions(
    course: Course,
    seed: int,
    submissions: Sequence[Submission],
    assignments: Sequence[Assignment],
    jobs: int,
    on_progress: Callable[[Submission, AssignmentReport], None],
    before_any: Callable[[Engine], None],
    cache: Cache | None = None,
    *,
    ones_own: bool = False,
) -> list[Report]:
    """Grade the assignments of every submission, `jobs` at a time; reports in the order given.

    What is in `cache` is not graded again; new results are kept there as they come.

    Args:
        on_progress: hears of each assignment as soon as it and all before it are graded.
        before_any: is given the engine before any module is run; it is not called where none
            has to be.
        ones_own: whether this is the work of one person, who runs the grader.

    Raises:
        GraderError, SandboxError: the grader failed; no grade can be given.
    """
    tasks = [(submission, assignment) for submission in submissions for assignment in assignments]
    known = [None if cache is None else cache.find(*task) for task in tasks]
    unknown = [task for task, entry in zip(tasks, known, strict=True) if entry is None]
    modules = sum(needs_worker(course, work, assignment.slug) for work, assignment in unknown)
    environments = [entry.environment for entry in known if entry is not None]
    graded: list[Graded] = []
    with ExitStack() as stack:
        fresh: Iterator[Graded] = iter(())
        if unknown:
            at_most = modules if ones_own or not modules else None
            engine = stack.enter_context(open_engine(course, seed, modules=at_most))
            from grader.grading.many import run_tasks  # takes a while, as torch does

            if modules:
                before_any(engine)
            at_a_time = jobs if modules or len(submissions) > 1 else 1
            fresh = stack.enter_context(closing(run_tasks(engine, unknown, at_a_time)))
        for task, entry in zip(tasks, known, strict=True):
            result = next(fresh) if entry is None else entry.graded
            if entry is None and cache is not None:
                cache.keep(*task, result, engine.environment)
            on_progress(task[0], result.report)
            graded.append(result)
        if unknown:
            environments = [engine.environment, *(() if modules else environments)]
    if unknown and cache is not None:
        cache.tidy()
    # Where nothing was run now, the walls were those of what was run before.
    environment = max(environments, key=lambda each: len(each.protections), default=None)
    if environment is None:
        return []  # there was nothing to grade
    groups = [graded[i : i + len(assignments)] for i in range(0, len(graded), len(assignments))]
    return [
        make_report(submission, group, environment, seed)
        for submission, group in zip(submissions, groups, strict=True)
    ]
