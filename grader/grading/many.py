"""Many modules, graded one after the other or side by side."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing

import msgspec

from grader.course.manifest import Assignment
from grader.grading.checkfile import collect_checks
from grader.grading.crew import KILLED, in_processes
from grader.grading.engine import Engine
from grader.grading.task import Graded, Outcome, Task
from grader.sandbox.launch import can_fork
from grader.sandbox.process import SandboxError
from grader.submissions.model import Submission


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
