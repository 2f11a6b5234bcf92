"""Where modules are graded: an executor takes each as bytes, and gives its report back as data.

The local one grades in processes forked from this one, which share a zygote. A process that is
killed, or a zygote that ends, is replaced; the assignments that may be to blame are then graded
again, each alone, and whichever does it a second time is reported and left out.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing import Pipe, connection, get_context
from multiprocessing.connection import Connection
from typing import Protocol

import msgspec

from grader.course.manifest import Course
from grader.errors import GraderError
from grader.grading.checkfile import collect_checks
from grader.grading.engine import Engine, Graded
from grader.grading.opening import open_engine
from grader.report.model import Environment
from grader.sandbox.launch import SandboxError
from grader.sandbox.walls import jail
from grader.submissions.reading import Source, Submission

TICK_S = 0.5


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


class Executor(Protocol):
    """Grades tasks, each the msgpack of a Task."""

    def run(self, tasks: Iterable[bytes]) -> Generator[tuple[int, Outcome] | None, None, None]:
        """Each task's number and outcome, in any order; None now and then while nothing happens.

        Only a bounded number of tasks is taken from `tasks` ahead of their outcomes. Closing the
        iterator ends what is in flight.

        Raises:
            GraderError, SandboxError: nothing can be graded here.
        """


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


# ---------------------------------------------------------------- on this machine


class LocalExecutor:
    """Grades `jobs` tasks at a time on this machine; starts its zygote when it is run."""

    def __init__(self, course: Course, seed: int, jobs: int, allow_degraded: bool) -> None:
        self._course = course
        self._seed = seed
        self._jobs = jobs
        self._allow_degraded = allow_degraded

    def run(self, tasks: Iterable[bytes]) -> Generator[tuple[int, Outcome] | None, None, None]:
        fresh = enumerate(tasks)
        if sys.platform != "linux":  # where forking is not safe, or not possible
            with self._engine() as engine:
                yield from ((number, grade_task(engine, encoded)) for number, encoded in fresh)
            return
        suspects: deque[Numbered] = deque()
        tried: set[int] = set()  # what was in flight when something broke
        while True:
            with self._engine() as engine, closing(Crew(engine)) as crew:
                yield from self._work(crew, fresh, suspects, tried)
            if crew.broken is None:
                return
            for task in crew.in_flight:
                number, _ = task
                if number in tried:  # it was alone this time
                    yield number, Outcome(error=f"twice: {crew.broken}")
                else:
                    suspects.append(task)
                    tried.add(number)

    def _work(
        self,
        crew: Crew,
        fresh: Iterator[Numbered],
        suspects: deque[Numbered],
        tried: set[int],
    ) -> Generator[tuple[int, Outcome] | None, None, None]:
        """Grade the suspects, each alone, then the fresh tasks, until all is done or broken."""
        finished: list[tuple[int, Outcome]] = []
        while True:
            if crew.broken is None:
                self._hand_out(crew, fresh, suspects, tried)
            # Told after the next tasks were handed out: whoever hears of it may take some time.
            yield from finished
            if crew.broken is not None or not crew.in_flight:
                return
            finished = crew.wait(TICK_S)
            if not finished:
                yield None

    def _hand_out(
        self,
        crew: Crew,
        fresh: Iterator[Numbered],
        suspects: deque[Numbered],
        tried: set[int],
    ) -> None:
        """Start as many tasks as may run at once; a suspect runs alone."""
        while True:
            is_alone = suspects or any(number in tried for number, _ in crew.in_flight)
            if len(crew.in_flight) >= (1 if is_alone else self._jobs):
                return
            task = suspects.popleft() if suspects else next(fresh, None)
            if task is None:
                return
            crew.start(task)

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        """An engine that has shown that it can start workers."""
        with open_engine(self._course, self._seed) as engine:
            # While the zygote starts: what the processes that are forked from this one share.
            engine.digits  # noqa: B018
            for assignment in self._course.assignments:
                with suppress(GraderError):  # told of what needs the check file
                    collect_checks(self._course.check_path(assignment.slug))
            engine.expect_confinement(allow_degraded=self._allow_degraded)
            yield engine


Numbered = tuple[int, bytes]


class Crew:
    """Processes forked from this one that share an engine, each with at most one task.

    `broken` says what happened when a process was killed or the sandbox failed; the tasks that may
    be to blame are then still in flight.
    """

    def __init__(self, engine: Engine) -> None:
        self.broken: str | None = None
        self._engine = engine
        self._idle: list[Member] = []
        self._busy: dict[Connection, tuple[Member, Numbered]] = {}

    @property
    def in_flight(self) -> list[Numbered]:
        return [task for _, task in self._busy.values()]

    def start(self, task: Numbered) -> None:
        member = self._idle.pop() if self._idle else Member(self._engine)
        self._busy[member.connection] = (member, task)
        with suppress(BrokenPipeError):  # killed while idle: wait() finds out
            member.connection.send_bytes(task[1])

    def wait(self, timeout_s: float) -> list[tuple[int, Outcome]]:
        """What has been graded, as soon as there is something."""
        finished = []
        for ready in connection.wait(list(self._busy), timeout_s):
            assert isinstance(ready, Connection)
            member, (number, _) = self._busy[ready]
            try:
                outcome = msgspec.msgpack.decode(ready.recv_bytes(), type=Outcome)
            except (EOFError, OSError):
                self.broken = "the grading process was killed; is there enough memory?"
                continue
            if outcome.sandbox_failed:
                self.broken = f"the sandbox failed: {outcome.error}"
                continue
            del self._busy[ready]
            self._idle.append(member)
            finished.append((number, outcome))
        return finished

    def close(self) -> None:
        for member in [*self._idle, *(member for member, _ in self._busy.values())]:
            member.close()


class Member:
    """One forked process and the connection to it."""

    def __init__(self, engine: Engine) -> None:
        self.connection, theirs = Pipe()
        self._process = get_context("fork").Process(
            target=serve, args=(engine, theirs, os.getpid()), daemon=True
        )
        self._process.start()
        theirs.close()

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()


def serve(engine: Engine, tasks: Connection, parent: int) -> None:
    """Grade what comes, in a forked process, until it is killed."""
    # Whatever ends the process that asked, nothing goes on without it. Ctrl-C is for it to handle.
    jail.prctl(jail.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # NumPy's, about what students' networks return
    while os.getppid() == parent:
        tasks.send_bytes(msgspec.msgpack.encode(grade_task(engine, tasks.recv_bytes())))
