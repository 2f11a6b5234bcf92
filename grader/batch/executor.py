"""Where modules are graded: an executor takes each as bytes, and gives its report back as data.

The local one grades in processes forked from this one, which share a zygote. What ends its process
twice is reported and left out.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Protocol

import msgspec

from grader.course.manifest import Course
from grader.errors import GraderError
from grader.grading.checkfile import AGAIN, load_checks
from grader.grading.crew import KILLED, in_processes
from grader.grading.engine import Engine
from grader.grading.many import grade_task
from grader.grading.opening import open_engine
from grader.grading.task import Outcome


class Executor(Protocol):
    """Grades tasks, each the msgpack of a Task."""

    def run(
        self, tasks: Iterable[bytes], checks: Mapping[str, str], *, idle: bool = False
    ) -> Generator[tuple[int, Outcome] | None, None, None]:
        """Each task's number and outcome, in any order; None now and then while nothing happens.

        Only a bounded number of tasks is taken from `tasks` ahead of their outcomes. Closing the
        iterator ends what is in flight.

        Args:
            checks: by slug the digest of what has to judge, or there is no outcome.
            idle: whether none of the tasks has to be run.

        Raises:
            GraderError, SandboxError: nothing can be graded here.
        """


# ---------------------------------------------------------------- on this machine


class LocalExecutor:
    """Grades `jobs` tasks at a time on this machine; starts its zygote when it is run."""

    def __init__(self, course: Course, seed: int, jobs: int, allow_degraded: bool) -> None:
        self._course = course
        self._seed = seed
        self._jobs = jobs
        self._allow_degraded = allow_degraded

    def run(
        self, tasks: Iterable[bytes], checks: Mapping[str, str], *, idle: bool = False
    ) -> Generator[tuple[int, Outcome] | None, None, None]:
        with self._engine(checks, idle) as engine:

            def grade(encoded: bytes) -> bytes:
                return msgspec.msgpack.encode(grade_task(engine, encoded))

            work = in_processes(grade, tasks, self._jobs, engine.launcher.mend)
            with closing(work) as events:
                for event in events:
                    yield None if event is None else (event[0], outcome_of(event[1]))

    @contextmanager
    def _engine(self, checks: Mapping[str, str], idle: bool) -> Iterator[Engine]:
        """An engine that has shown that it can start workers, if any are needed."""
        with open_engine(self._course, self._seed, modules=0 if idle else None) as engine:
            # While the zygote starts: what the processes that are forked from this one share.
            engine.digits  # noqa: B018
            loaded = load_checks(self._course, map(self._course.assignment, checks))
            if changed := [slug for slug in checks if loaded[slug] != checks[slug]]:
                raise GraderError(f"{changed[0]}: its checks were changed a moment ago; {AGAIN}")
            if not idle:
                engine.expect_confinement(allow_degraded=self._allow_degraded)
            yield engine


def outcome_of(encoded: bytes | None) -> Outcome:
    if encoded is None:
        return Outcome(error=f"twice: {KILLED}")
    return msgspec.msgpack.decode(encoded, type=Outcome)
