"""Grade on a Dask cluster: a module travels as bytes, its report comes back as data.

This side decides which worker (stations.py) grades what, one task at a time each. So it is known
what a lost worker was grading, which is graded again elsewhere, and nothing else is blamed: Dask
would blame whatever waited there as well, and give up after as many losses as the scheduler's
configuration says.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import msgspec

from grader.batch.executor import Executor
from grader.batch.stations import Answer, grade_on_worker
from grader.errors import GraderError, UnconfinedError
from grader.grading.crew import TICK_S, Numbered
from grader.grading.key import versions
from grader.grading.task import Outcome, Task

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_TIMEOUT_S = 8.0
RESULT_TIMEOUT_S = 10.0  # to fetch an outcome that is there
LOSSES = 2  # with so many workers lost, a task is not tried again


class UnfitError(Exception):
    """A worker that can't grade for us, for a `reason` that is told if no other can either."""

    def __init__(self, reason: GraderError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class DaskExecutor:
    """Grades on the cluster whose scheduler is at `address`; tells `note` what delays it. What has
    not to be run is graded `here`: a cluster would be waited for in vain."""

    def __init__(
        self,
        address: str,
        seed: int,
        allow_degraded: bool,
        note: Callable[[str], None],
        wait_s: float,
        here: Executor,
    ) -> None:
        self._address = address
        self._here = here
        self._seed = seed
        self._allow_degraded = allow_degraded
        self._note = note
        self._wait_s = wait_s
        self._versions = versions()

    def run(
        self, tasks: Iterable[bytes], checks: Mapping[str, str], *, idle: bool = False
    ) -> Generator[tuple[int, Outcome] | None, None, None]:
        if idle:
            yield from self._here.run(tasks, checks, idle=True)
            return
        fresh = enumerate(tasks)
        ready: deque[Numbered] = deque()
        losses: Counter[int] = Counter()  # of workers, by the task that they were grading
        with (
            connected(self._address) as client,
            closing(Fleet(client, self._address, self._note, self._wait_s)) as fleet,
        ):
            while True:
                for task in fleet.update():
                    number, _ = task
                    losses[number] += 1
                    if losses[number] < LOSSES:
                        ready.appendleft(task)
                    else:
                        yield number, given_up()
                ready.extendleft(fleet.take_back())
                while True:
                    if not ready:
                        ready.extend(islice(fresh, 1))
                    if not ready or not fleet.idle:
                        break
                    task = ready.popleft()
                    fleet.start(task, *self._arguments(task, checks))
                if not ready and not fleet.in_flight:
                    return
                yield fleet.wait(TICK_S)

    def _arguments(self, task: Numbered, checks: Mapping[str, str]) -> tuple[Any, ...]:
        _, encoded = task
        slug = msgspec.msgpack.decode(encoded, type=Task).slug
        return encoded, self._seed, self._allow_degraded, self._versions, checks[slug]


def given_up() -> Outcome:
    return Outcome(error="twice: the Dask worker that graded it was lost; is there enough memory?")


def scheduler_lost() -> GraderError:
    return GraderError("the Dask scheduler was lost; the same command goes on from here")


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at `address`.

    Raises:
        GraderError: Dask is not installed, or nothing answers; or the scheduler is lost meanwhile.
    """
    try:
        from distributed import Client
    except ImportError:
        raise GraderError(
            "--dask needs Dask: in the course's repository, pip install -e '.[dask]'"
        ) from None
    # Of a scheduler or a worker that is lost it tells by a traceback, and asyncio of what Dask then
    # leaves unread; each has a level of its own.
    for name in ("distributed", "distributed.client", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        asyncio.run(knock(address))
    except Exception as error:  # even MemoryError, where something else than Dask answers
        raise GraderError(
            f"no Dask scheduler can be reached at {address}: is it running, and is that the "
            f"address it printed? ({error})"
        ) from None
    with Client(address, timeout=CONNECT_TIMEOUT_S, set_as_default=False) as client:
        yield client


async def knock(address: str) -> None:
    """Connect and hang up. A Client that can't connect would take long to go, and not quietly."""
    from distributed import Security
    from distributed.comm import connect

    options = Security().get_connection_args("client")
    await (await connect(address, timeout=CONNECT_TIMEOUT_S, **options)).close()


@dataclass(frozen=True)
class Flight:
    """A task that a worker grades."""

    worker: str
    task: Numbered
    future: Future[bytes]


class Fleet:
    """The cluster's workers, each with at most one task."""

    def __init__(
        self, client: Client, address: str, note: Callable[[str], None], wait_s: float
    ) -> None:
        self.in_flight: dict[object, Flight] = {}  # by the future's key
        self.idle: list[str] = []  # the last one to finish, which surely lives, at the end
        self._client = client
        self._address = address
        self._note = note
        self._wait_s = wait_s
        self._usable_at = time.monotonic()  # when there last was a worker that fits
        self._unfit: dict[str, GraderError] = {}  # those left aside, and why
        self._refused: list[Numbered] = []  # what they were to grade
        self._workers: set[str] = set()
        self._updated: float | None = None
        self._done: SimpleQueue[Future[bytes]] = SimpleQueue()
        self._has_noted_threads = False

    def update(self) -> list[Numbered]:
        """See which workers there are; the tasks of those that were lost."""
        if self._updated is not None and time.monotonic() < self._updated + TICK_S:
            return []
        try:
            threads: dict[str, int] = self._client.nthreads()
        except OSError:
            raise scheduler_lost() from None
        lost = [flight for flight in self.in_flight.values() if flight.worker not in threads]
        for flight in lost:
            self._note(f"the Dask worker at {flight.worker} was lost")
            del self.in_flight[flight.future.key]
        self._cancel(lost)
        if not threads and (self._workers or self._updated is None):
            self._note(f"waiting for a Dask worker to join; to start one: {self._how_to_start()}")
        self._expect_usable(threads)
        if max(threads.values(), default=1) > 1 and not self._has_noted_threads:
            self._has_noted_threads = True
            self._note(
                "some Dask workers have several threads, of which one is used: "
                "see grader/docs/cluster.md"
            )
        self._updated = time.monotonic()
        self.idle = [worker for worker in self.idle if worker in threads]
        self.idle[:0] = threads.keys() - self._workers
        self._workers = set(threads)
        self._unfit = {worker: why for worker, why in self._unfit.items() if worker in threads}
        return [flight.task for flight in lost]

    def take_back(self) -> list[Numbered]:
        """The tasks that were refused by workers which are left aside now."""
        tasks, self._refused = self._refused, []
        return tasks

    def _expect_usable(self, workers: Collection[str]) -> None:
        """Wait for workers that fit, for as long as may be; a GraderError if there are none."""
        unfit = [worker for worker in workers if worker in self._unfit]
        if len(unfit) < len(workers):
            self._usable_at = time.monotonic()
        elif unfit:
            raise self._unfit[unfit[0]]
        elif time.monotonic() > self._usable_at + self._wait_s:
            raise GraderError(
                f"no Dask worker has joined within {self._wait_s:g} s; start some, each by "
                f"{self._how_to_start()}, then run the same command again"
            )

    def _how_to_start(self) -> str:
        return f"dask worker {self._address} --nthreads 1"

    def start(self, task: Numbered, *arguments: Any) -> None:
        """Let an idle worker call grade_on_worker with these arguments."""
        worker = self.idle.pop()
        future = self._client.submit(grade_on_worker, *arguments, workers=[worker], pure=False)
        self.in_flight[future.key] = Flight(worker, task, future)
        future.add_done_callback(self._done.put)

    def wait(self, timeout_s: float) -> tuple[int, Outcome] | None:
        """What has been graded, as soon as there is something."""
        try:
            future = self._done.get(timeout=timeout_s)
        except Empty:
            return None
        flight = self.in_flight.get(future.key)
        if flight is None:  # cancelled
            return None
        try:
            outcome = self._result(flight)
        except TimeoutError:  # if its worker was lost with the result, update() finds out
            self._done.put(future)
            return None
        except UnfitError as error:
            del self.in_flight[future.key]
            self._unfit[flight.worker] = error.reason
            self._refused.append(flight.task)
            self._note(f"{error.reason}; it is left aside")
            self._updated = float("-inf")  # see at once whether there are others
            return None
        del self.in_flight[future.key]
        if flight.worker in self._workers:
            self.idle.append(flight.worker)
        number, _ = flight.task
        return number, outcome

    def close(self) -> None:
        self._cancel(list(self.in_flight.values()))

    def _result(self, flight: Flight) -> Outcome:
        from distributed import KilledWorker

        future = flight.future
        if future.status == "error":
            error = future.exception(timeout=RESULT_TIMEOUT_S)
            if isinstance(error, KilledWorker):  # workers that come back at the same address
                return given_up()
            # Most likely it can't even import this module.
            raise UnfitError(
                GraderError(
                    f"the Dask worker at {flight.worker} can't grade: {type(error).__name__}: "
                    f"{error}; install the same version of grader there"
                )
            )
        try:
            encoded = future.result(timeout=RESULT_TIMEOUT_S)
        except CancelledError:
            raise scheduler_lost() from None
        answer = msgspec.msgpack.decode(encoded, type=Answer)
        if answer.outcome is None:
            kind = UnconfinedError if answer.unconfined else GraderError
            raise UnfitError(kind(f"the Dask worker at {flight.worker} {answer.refusal}"))
        return answer.outcome

    def _cancel(self, flights: list[Flight]) -> None:
        if not flights:
            return
        with suppress(OSError):  # the scheduler may be gone
            self._client.cancel([flight.future for flight in flights])
