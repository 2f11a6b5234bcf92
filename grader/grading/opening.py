"""The opening scene of whatever grades: a zygote that starts, and an engine that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from grader.course.manifest import Course
from grader.sandbox.launch import NoWorkers, open_launcher

if TYPE_CHECKING:
    from grader.grading.engine import Engine


@contextmanager
def open_engine(
    course: Course, seed: int | None = None, *, modules: int | None = None
) -> Iterator[Engine]:
    """An engine for `course`, closed with every process that it started.

    Import what takes long within the block: the zygote imports torch meanwhile.

    Args:
        seed: the course's own, if None.
        modules: how many of one person's have to be run, at most (`idle.needs_worker`); None: any
            number, of several people.

    Raises:
        SandboxError: later, when the first worker is needed and none can be started.
    """
    opened = (
        nullcontext(NoWorkers()) if modules == 0 else open_launcher(course.baseline_path, modules)
    )
    with opened as launcher:
        from grader.grading.engine import Engine  # pytest and NumPy take a while

        yield Engine(course, launcher, course.seed if seed is None else seed)
