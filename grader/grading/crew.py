"""Work in processes forked from this one: what they share, as an engine and its zygote, crosses
no pipe.

One that is killed is replaced, and what it worked on is done again, alone; what ends its process a
second time is left out.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from multiprocessing import Pipe, connection, get_context
from multiprocessing.connection import Connection

from grader.errors import GraderError
from grader.sandbox.launch import can_fork
from grader.sandbox.walls import jail

TICK_S = 0.5
KILLED = "the grading process was killed; is there enough memory?"
DONE, FAILED = b"+", b"-"  # in front of a result, and of what was raised instead


def usable_cores() -> int:
    """How many processes may compute at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


Work = Callable[[bytes], bytes]
Numbered = tuple[int, bytes]


def in_processes(
    work: Work, items: Iterable[bytes], jobs: int, on_tick: Callable[[], None]
) -> Generator[tuple[int, bytes | None] | None, None, None]:
    """Each item's number and what `work` makes of it, in any order, `jobs` at a time; None in place
    of what its process was killed over, twice. None alone now and then while nothing happens.

    Only a bounded number of items is taken ahead of their results. Closing the iterator ends what
    is in flight. Where forking is not safe, or not possible, the work is done in this process.

    Args:
        on_tick: called now and then.

    Raises:
        GraderError: `work` raised an exception.
    """
    if not can_fork():
        yield from ((number, work(item)) for number, item in enumerate(items))
        return
    fresh = enumerate(items)
    suspects: deque[Numbered] = deque()
    tried: set[int] = set()  # whose process was killed
    finished: list[tuple[int, bytes | None]] = []
    with closing(Crew(work)) as crew:
        while True:
            while True:
                alone = suspects or any(number in tried for number, _ in crew.in_flight)
                if len(crew.in_flight) >= (1 if alone else jobs):
                    break
                task = suspects.popleft() if suspects else next(fresh, None)
                if task is None:
                    break
                crew.start(task)
            # Told after the next items were handed out: whoever hears of it may take some time.
            yield from finished
            if not crew.in_flight:
                return
            on_tick()
            finished, killed = crew.wait(TICK_S)
            for task in killed:
                number, _ = task
                if number in tried:
                    finished.append((number, None))
                else:
                    suspects.append(task)
                    tried.add(number)
            if not finished:
                yield None


class Crew:
    """Processes forked from this one, each with at most one item."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._idle: list[Member] = []
        self._busy: dict[Connection, tuple[Member, Numbered]] = {}

    @property
    def in_flight(self) -> list[Numbered]:
        return [item for _, item in self._busy.values()]

    def start(self, item: Numbered) -> None:
        member = self._idle.pop() if self._idle else Member(self._work)
        self._busy[member.connection] = (member, item)
        with suppress(BrokenPipeError):  # killed while idle: wait() finds out
            member.connection.send_bytes(item[1])

    def wait(self, timeout_s: float) -> tuple[list[tuple[int, bytes | None]], list[Numbered]]:
        """The results, as soon as there are some, and the items whose process was killed."""
        finished: list[tuple[int, bytes | None]] = []
        killed = []
        for ready in connection.wait(list(self._busy), timeout_s):
            assert isinstance(ready, Connection)
            member, item = self._busy.pop(ready)
            try:
                finished.append((item[0], member.take()))
            except (EOFError, OSError):
                killed.append(item)
                member.close()
            except GraderError:
                member.close()
                raise
            else:
                self._idle.append(member)
        return finished, killed

    def close(self) -> None:
        for member in [*self._idle, *(member for member, _ in self._busy.values())]:
            member.close()


class Member:
    """One forked process and the connection to it: an item is sent, its result is taken."""

    def __init__(self, work: Work) -> None:
        self.connection, theirs = Pipe()
        self._process = get_context("fork").Process(
            target=serve, args=(work, theirs, os.getpid()), daemon=True
        )
        self._process.start()
        theirs.close()

    def take(self) -> bytes:
        """The result of the item sent last.

        Raises:
            EOFError, OSError: the process was killed.
            GraderError: the work raised an exception.
        """
        reply = self.connection.recv_bytes()
        if reply.startswith(FAILED):
            raise GraderError(reply.removeprefix(FAILED).decode("utf-8", "replace"))
        return reply.removeprefix(DONE)

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()


def serve(work: Work, items: Connection, parent: int) -> None:
    """Do what comes, in a forked process, until it is killed."""
    # Whatever ends the process that asked, nothing goes on without it. Ctrl-C is for it to handle.
    jail.prctl(jail.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # NumPy's, about what students' networks return
    while os.getppid() == parent:
        item = items.recv_bytes()
        try:
            reply = DONE + work(item)
        except Exception as error:
            reply = FAILED + (str(error) or type(error).__name__).encode("utf-8", "replace")
        items.send_bytes(reply)
