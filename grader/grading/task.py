"""A module to grade and what became of it, as they cross from process to process: plain data."""

from __future__ import annotations

import msgspec

from grader.grading.engine import Engine, Graded
from grader.report.model import Environment
from grader.sandbox.launch import SandboxError
from grader.submissions.model import Source, Submission


class Task(msgspec.Struct, frozen=True):
    """One module to grade: what was handed in, or why it can't be used, or neither."""

    slug: str
    source: Source | None
    problem: str | None


class Outcome(msgspec.Struct, frozen=True):
    """What became of a task: `graded` and where, or else `error`, a line for staff."""

    graded: Graded | None = None
    environment: Environment | None = None
    error: str = ""
    sandbox_failed: bool = False  # another sandbox may do better


def grade_task(engine: Engine, encoded: bytes) -> Outcome:
    """Grade the Task in `encoded`; whatever goes wrong is an outcome too."""
    task = msgspec.msgpack.decode(encoded, type=Task)
    sources = {} if task.source is None else {task.slug: task.source}
    problems = {} if task.problem is None else {task.slug: task.problem}
    try:
        assignment = engine.course.assignment(task.slug)
        graded = engine.grade(Submission("", sources, problems), assignment)
        return Outcome(graded, engine.environment)
    except SandboxError as error:
        return Outcome(error=str(error), sandbox_failed=True)
    except Exception as error:  # one task's failure must not cost the others their grades
        return Outcome(error=str(error) or type(error).__name__)
