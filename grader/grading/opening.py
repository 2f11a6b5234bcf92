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
    course: Course, seed: int | None = None, *, workers: bool = True
) -> Iterator[Engine]:
    """An engine for `course`, closed with every process that it started.

    Import what takes long within the block: the zygote imports torch meanwhile.

    Args:
        seed: the course's own, if None.
        workers: whether there is anything to run; see `idle.needs_worker`.

    Raises:
        SandboxError: later, when the first worker is needed and none can be started.
    """
    launchers = open_launcher(course.baseline_path) if workers else nullcontext(NoWorkers())
    with launchers as launcher:
        from grader.grading.engine import Engine  # pytest and NumPy take a while

        yield Engine(course, launcher, course.seed if seed is None else seed)
