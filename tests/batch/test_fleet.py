"""What the asking side of a cluster does with what comes back, and with what does not."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import distributed
import msgspec
import pytest

from grader.batch import cluster
from grader.batch.cluster import Fleet, given_up
from grader.batch.stations import Answer
from grader.errors import GraderError, UnconfinedError
from grader.grading.task import Outcome


class FakeFuture:
    """A task that was sent out; `answer` is what its worker sent, or why nothing comes."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.answer: bytes | BaseException = TimeoutError()

    def add_done_callback(self, callback: Callable[[FakeFuture], None]) -> None:
        self.callback = callback

    def comes_with(self, answer: bytes | BaseException) -> None:
        self.answer = answer
        self.callback(self)

    @property
    def status(self) -> str:
        """As Dask has it: an outcome that can't be fetched is one nevertheless."""
        not_raised = (bytes, TimeoutError, distributed.CancelledError)
        return "finished" if isinstance(self.answer, not_raised) else "error"

    def exception(self, timeout: float) -> bytes | BaseException:
        return self.answer

    def result(self, timeout: float) -> bytes:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class FakeClient:
    """A cluster of which the test says what happens to it."""

    def __init__(self, **threads: int) -> None:
        self.threads = threads
        self.futures: dict[str, FakeFuture] = {}  # by worker, the last one
        self.cancelled: list[str] = []
        self.sent = 0

    def nthreads(self) -> dict[str, int]:
        return self.threads

    def submit(self, function: object, *arguments: object, workers: list[str], pure: bool) -> Any:
        self.sent += 1
        self.futures[workers[0]] = FakeFuture(f"task {self.sent}")
        return self.futures[workers[0]]

    def cancel(self, futures: list[FakeFuture]) -> None:
        self.cancelled += [future.key for future in futures]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "TICK_S", 0.0)


def fleet_of(client: FakeClient, notes: list[str] | None = None) -> Fleet:
    note = [].append if notes is None else notes.append
    return Fleet(client, "tcp://here", note, wait_s=300)  # type: ignore[arg-type]


DONE = msgspec.msgpack.encode(Answer(Outcome(error="done")))


def test_only_what_a_lost_worker_was_grading_is_given_back() -> None:
    client, notes = FakeClient(a=1, b=1), list[str]()
    fleet = fleet_of(client, notes)
    assert fleet.update() == []
    for number in (0, 1):
        fleet.start((number, b""))
    lost = client.futures["a"]
    lost.comes_with(TimeoutError())  # graded, but the worker is gone before it hands it over
    assert fleet.wait(0) is None
    del client.threads["a"]
    (number, _), = fleet.update()  # fmt: skip
    assert (client.cancelled, notes) == ([lost.key], ["the Dask worker at a was lost"])
    client.futures["b"].comes_with(DONE)
    finished = list(filter(None, (fleet.wait(0) for _ in range(3))))
    assert finished == [(1 - number, Outcome(error="done"))]
    assert fleet.idle == ["b"] and not fleet.in_flight


def test_waiting_for_workers_is_said_once_and_several_threads_too() -> None:
    client, notes = FakeClient(), list[str]()
    fleet = fleet_of(client, notes)
    for _ in range(2):
        fleet.update()
    client.threads["a"] = 8
    for _ in range(2):
        fleet.update()
    assert fleet.idle == ["a"]
    client.threads.clear()
    fleet.update()
    waiting = "waiting for a Dask worker to join; to start one: dask worker tcp://here --nthreads 1"
    assert notes[0] == notes[2] == waiting and "several threads" in notes[1] and len(notes) == 3


def look_again(fleet: Fleet) -> None:
    fleet.wait(0)
    fleet.update()


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer(refusal="has torch 1"), GraderError, "the Dask worker at a has torch 1"),
        (Answer(refusal="can't", unconfined=True), UnconfinedError, "worker at a can't"),
        (ModuleNotFoundError("No module named 'grader'"), GraderError, "install the same version"),
        (distributed.CancelledError(), GraderError, "the same command goes on from here"),
    ],
)
def test_what_no_other_worker_could_do_better_ends_the_run(
    answer: Answer | Exception, error: type[Exception], message: str
) -> None:
    client = FakeClient(a=1)
    fleet = fleet_of(client)
    fleet.update()
    fleet.start((0, b""))
    sent = answer if isinstance(answer, Exception) else msgspec.msgpack.encode(answer)
    client.futures["a"].comes_with(sent)
    with pytest.raises(error, match=message):
        look_again(fleet)


def test_a_worker_that_does_not_fit_is_left_aside_while_others_do() -> None:
    client, notes = FakeClient(a=1, b=1), list[str]()
    fleet = fleet_of(client, notes)
    fleet.update()
    fleet.start((0, b"x"))
    (unfit,) = client.futures
    client.futures[unfit].comes_with(msgspec.msgpack.encode(Answer(refusal="has torch 1")))
    assert fleet.wait(0) is None
    assert fleet.take_back() == [(0, b"x")] and fleet.take_back() == []
    assert notes == [f"the Dask worker at {unfit} has torch 1; it is left aside"]
    assert fleet.update() == [] and fleet.idle == sorted({"a", "b"} - {unfit})
    # Come back, it may be another.
    del client.threads[unfit]
    fleet.update()
    client.threads[unfit] = 1
    fleet.update()
    assert unfit in fleet.idle


def test_waiting_for_workers_ends() -> None:
    fleet = Fleet(FakeClient(), "tcp://here", lambda line: None, wait_s=0)  # type: ignore[arg-type]
    with pytest.raises(GraderError, match=r"no Dask worker .* dask worker tcp://here"):
        fleet.update()


def test_workers_that_come_back_at_the_same_address_are_not_killed_for_ever() -> None:
    client = FakeClient(a=1)
    fleet = fleet_of(client)
    fleet.update()
    fleet.start((7, b""))
    state = SimpleNamespace(address="a")
    client.futures["a"].comes_with(distributed.KilledWorker("task 1", state, 3))
    assert fleet.wait(0) == (7, given_up())


def test_a_scheduler_that_is_lost_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: FakeClient) -> dict[str, int]:
        raise distributed.comm.CommClosedError("in <TCP …>: Stream is closed")

    monkeypatch.setattr(FakeClient, "nthreads", fail)
    with pytest.raises(GraderError, match="the Dask scheduler was lost; the same command goes on"):
        fleet_of(FakeClient()).update()
