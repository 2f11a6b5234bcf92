"""What grades in the processes of a cluster: each keeps one engine with a zygote of its own.

A module comes as bytes, and a reply goes back as bytes. What would be graded otherwise than where
it was asked for is refused.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from threading import Lock

import msgspec

from grader.course.manifest import load_course
from grader.grading.checkfile import load_checks
from grader.grading.engine import Engine
from grader.grading.key import versions
from grader.grading.many import grade_task
from grader.grading.task import Outcome, Task
from grader.sandbox.launch import open_launcher
from grader.sandbox.process import Launcher, SandboxError


class Answer(msgspec.Struct, frozen=True):
    """A worker's answer: the outcome, or else why it will not grade, as what follows its name."""

    outcome: Outcome | None = None
    refusal: str = ""
    unconfined: bool = False  # the refusal is for want of a sandbox


class Refusal(Exception):
    """This worker must not grade what it was asked to."""


class Station:
    """What grades in a worker process: made with the first task, ended with the process.

    One task at a time, whatever threads the worker has, as pytest sessions share the interpreter's
    state. Dask runs tasks in threads, so nothing may fork here: that is left to the zygote.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._course = load_course()
        # All of them now: what is loaded stays as it is when a file is altered later.
        self._checks = load_checks(self._course, self._course.every)
        self._launcher: Launcher | None = None
        self._engine: Engine | None = None
        self._open = ExitStack()
        atexit.register(self._close)

    def grade(
        self, encoded: bytes, seed: int, allow_degraded: bool, wanted: str, checks: str
    ) -> Answer:
        """Grade a task for who has the versions `wanted`."""
        with self._lock:
            try:
                self._compare(msgspec.msgpack.decode(encoded, type=Task).slug, wanted, checks)
                engine = self._engine_for(seed)
                if not (engine.jailed or allow_degraded):
                    return Answer(
                        refusal="can't confine student code (see grader doctor there); "
                        "--allow-degraded grades all the same",
                        unconfined=True,
                    )
                outcome = grade_task(engine, encoded)
            except (Refusal, SandboxError) as error:
                return Answer(refusal=str(error))
            if outcome.sandbox_failed:
                self._close()  # the next task gets another
            return Answer(outcome)

    def _compare(self, slug: str, wanted: str, checks: str) -> None:
        """Refuse where a result would be another one than it would be stored as."""
        theirs, ours = (
            msgspec.json.decode(text, type=dict[str, str]) for text in (wanted, versions())
        )
        for what in sorted(theirs.keys() | ours.keys()):
            if theirs.get(what) != ours.get(what):
                raise Refusal(
                    f"has {what} {ours.get(what)}, this machine {theirs.get(what)}; "
                    "install the same on both"
                )
        here = self._checks.get(slug, "none")
        if here != checks:
            raise Refusal(
                f"has other checks or settings of {slug} ({here[:12]}) than this machine "
                f"({checks[:12]}); install the same version on both, then restart the workers"
            )

    def _engine_for(self, seed: int) -> Engine:
        """The engine, anew where the seed is another; a SandboxError where no zygote starts."""
        if self._launcher is None:
            self._launcher = self._open.enter_context(open_launcher(self._course.baseline_path))
            self._engine = None
        if self._engine is None or self._engine.seed != seed:
            self._engine = Engine(self._course, self._launcher, seed)
        return self._engine

    def _close(self) -> None:
        self._launcher = self._engine = None
        self._open.close()


_opening = Lock()
_station: Station | None = None


def grade_on_worker(
    encoded: bytes, seed: int, allow_degraded: bool, wanted: str, checks: str
) -> bytes:
    """What a Dask worker runs: grade the Task in `encoded`; returns the msgpack of a Answer.

    Args:
        wanted: the versions that the caller has, as grader.grading.key tells them.
        checks: the digest of the checks that the caller has.
    """
    global _station
    try:
        with _opening:
            if _station is None:
                _station = Station()
        reply = _station.grade(encoded, seed, allow_degraded, wanted, checks)
    except Exception as error:  # Dask would pickle it, and the task hang where it can't
        reply = Answer(refusal=f"can't grade: {type(error).__name__}: {error}")
    return msgspec.msgpack.encode(reply)
