"""Student against workers that send whatever they like: each failure is typed, bounded and in time.

The fake workers are threads on the other end of the socket, so every byte is the test's choice.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
import pytest
from conftest import PATIENCE_S, on_linux, on_posix, wait_until

from grader.course.manifest import load_course
from grader.grading.engine import Engine
from grader.sandbox.client import (
    Allowance,
    Network,
    Student,
    StudentCrashed,
    StudentError,
    StudentRaised,
    StudentTimedOut,
    StudentUnusable,
    Trainee,
)
from grader.sandbox.process import Ending, SandboxError
from grader.sandbox.spawner import Spawner
from grader.sandbox.wire import protocol
from grader.sandbox.zygote import Zygote
from grader.submissions.model import Source, Submission

REPOSITORY = Path(__file__).resolve().parents[2]
Worker = Callable[["Wire"], None]


class Wire:
    """A fake worker's end of the socket and of the output pipe."""

    def __init__(self, stream: socket.socket, output: IO[bytes], killed: threading.Event) -> None:
        self.stream = stream
        self.output = output
        self.killed = killed

    def read(self) -> protocol.Envelope:
        """The next request."""
        (size,) = protocol.HEADER.unpack(self._exactly(protocol.HEADER.size))
        return protocol.decode_request(self._exactly(size))

    def _exactly(self, size: int) -> bytes:
        data = self.stream.recv(size, socket.MSG_WAITALL) if size else b""
        if len(data) < size:
            raise EOFError
        return data

    def send(self, number: int, body: protocol.Body) -> None:
        self.stream.sendall(protocol.encode(protocol.Reply(number, body)))

    def answer(self, body: protocol.Body) -> None:
        self.send(self.read().id, body)

    def raw(self, payload: bytes) -> None:
        self.stream.sendall(protocol.HEADER.pack(len(payload)) + payload)

    def start(self) -> None:
        """What every worker does before student code has a say."""
        self.send(0, protocol.Ready({"files": True}))

    def load(self) -> None:
        self.start()
        self.answer(protocol.Loaded(["Net", "make_optimizer"], 0))


class FakeProcess:
    """A thread in a process's place."""

    live_output = True
    reusable = False

    def __init__(self, worker: Worker, ending: Ending, resident: Iterator[int]) -> None:
        self.stream, theirs = socket.socketpair()
        read_end, write_end = os.pipe()
        self.output: IO[bytes] = os.fdopen(read_end, "rb", buffering=0)
        self.killed = threading.Event()
        self._ending = ending
        self._resident = resident
        self._thread = threading.Thread(
            target=self._run, args=(worker, theirs, os.fdopen(write_end, "wb", buffering=0))
        )
        self._thread.start()

    def _run(self, worker: Worker, stream: socket.socket, output: IO[bytes]) -> None:
        with stream, output, contextlib.suppress(OSError, EOFError):
            worker(Wire(stream, output, self.killed))

    def resident_bytes(self) -> int:
        return next(self._resident)

    def kill(self) -> None:
        self.killed.set()
        with contextlib.suppress(OSError):
            self.stream.shutdown(socket.SHUT_RDWR)  # the thread's calls fail from here on

    def ends_within(self, timeout_s: float) -> bool:
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def wait(self) -> Ending:
        return self._ending

    def close(self) -> None:
        self.stream.close()
        self.output.close()
        self._thread.join(5)
        assert not self._thread.is_alive()


class FakeLauncher:
    """Starts the given workers one after the other, and the last one again and again."""

    def __init__(
        self,
        *workers: Worker,
        ending: Ending = Ending(1, 0.0),  # noqa: B008  immutable
        resident: Sequence[int] = (0,),
    ) -> None:
        self.processes: list[FakeProcess] = []
        self.asked: list[tuple[int, int]] = []
        self._workers = workers
        self._ending = ending
        self._resident = resident

    def launch(self, *, cpu_s: int, memory_mib: int) -> FakeProcess:
        self.asked.append((cpu_s, memory_mib))
        worker = self._workers[min(len(self.processes), len(self._workers) - 1)]
        sizes = iter([*self._resident, *[self._resident[-1]] * 100_000])
        self.processes.append(FakeProcess(worker, self._ending, sizes))
        return self.processes[-1]


def student_of(
    launcher: object, *, wall_s: float = 60.0, cpu_s: int = 30, output_kib: int = 16
) -> Student:
    limits = Allowance(wall_s=wall_s, cpu_s=cpu_s, memory_mib=100, output_kib=output_kib)
    return Student(launcher, "relu", "", limits)  # type: ignore[arg-type]


def ask(worker: Worker, **limits: float) -> tuple[StudentError, FakeLauncher]:
    """What becomes of `build` if `worker` goes on once it has read the request, number 2."""

    def loaded_worker(wire: Wire) -> None:
        wire.load()
        wire.read()
        worker(wire)

    launcher = FakeLauncher(loaded_worker)
    with student_of(launcher, **limits) as student, pytest.raises(StudentError) as caught:  # type: ignore[arg-type]
        student.build(6, 5, 4, seed=1)
    assert all(process.killed.is_set() for process in launcher.processes)
    return caught.value, launcher


def packed(*entries: float, dtype: str = "float32") -> protocol.Array:
    return protocol.pack_array(np.array(entries, dtype))


def built(*parameters: protocol.Parameter) -> protocol.Built:
    return protocol.Built(list(parameters), packed(0, 1, 2, 3))


# ---------------------------------------------------------------- disturbed messages


def reply_bytes(body: object, number: object = 2) -> bytes:
    return msgspec.msgpack.encode({"id": number, "body": body})


DISTURBED: dict[str, Worker] = {
    "the id of an earlier request": lambda wire: wire.send(1, built()),
    "the id of a later request": lambda wire: wire.send(3, built()),
    "another kind of answer": lambda wire: wire.send(2, protocol.Done()),
    "ready once more": lambda wire: wire.send(2, protocol.Ready({})),
    "a request": lambda wire: wire.raw(reply_bytes({"type": "Load", "slug": "", "source": ""})),
    "no message": lambda wire: wire.raw(b""),
    "garbage": lambda wire: wire.raw(b"\xc1garbage"),
    "deeply nested": lambda wire: wire.raw(b"\x91" * 1_000_000),
    "cut short": lambda wire: wire.raw(reply_bytes({"type": "Done"})[:-1]),
    "too large": lambda wire: wire.stream.sendall(b"\xff\xff\xff\xff"),
    "an endless list": lambda wire: wire.raw(b"\xdd\xff\xff\xff\xff"),
    "an id that is no number": lambda wire: wire.raw(reply_bytes({"type": "Done"}, "2")),
}


@pytest.mark.parametrize("worker", DISTURBED.values(), ids=DISTURBED)
def test_a_disturbed_message_is_a_crash(worker: Worker) -> None:
    error, launcher = ask(worker)
    assert isinstance(error, StudentCrashed)
    assert "messages were disturbed" in str(error)
    assert len(launcher.processes) == 1


def test_a_second_answer_to_one_request_is_a_crash() -> None:
    def twice(wire: Wire) -> None:
        wire.load()
        for _ in range(2):
            wire.send(2, built())
        wire.read()

    with student_of(FakeLauncher(twice)) as student:
        student.build(6, 5, 4, seed=1)
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)


def test_after_a_crash_the_module_is_loaded_by_a_fresh_worker() -> None:
    def crashing(wire: Wire) -> None:
        wire.load()
        wire.read()

    def working(wire: Wire) -> None:
        wire.load()
        wire.answer(built())

    launcher = FakeLauncher(crashing, working)
    with student_of(launcher) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        assert student.build(6, 5, 4, seed=1).parameters == []
    assert len(launcher.processes) == 2


def test_a_module_that_cannot_be_loaded_is_not_loaded_again() -> None:
    def failing(wire: Wire) -> None:
        wire.start()
        wire.answer(protocol.Raised("importing relu.py", "ValueError", "why", 3))

    launcher = FakeLauncher(failing)
    with student_of(launcher) as student:
        for _ in range(3):
            with pytest.raises(StudentRaised) as caught:
                student.build(6, 5, 4, seed=1)
            assert str(caught.value) == "importing relu.py raised ValueError: why"
            assert caught.value.line == 3
    assert len(launcher.processes) == 2  # once for all of it, once for its definitions


# ---------------------------------------------------------------- endings


@pytest.mark.parametrize(
    ("ending", "kind", "text"),
    [
        (Ending(0, 0.1), StudentCrashed, "ended itself with exit status 0"),
        (Ending(3, 0.1), StudentCrashed, "ended itself with exit status 3"),
        (Ending(3221225477, 0.1), StudentCrashed, "exit status 3221225477"),  # as on Windows
        (Ending(-signal.SIGSEGV, 0.1), StudentCrashed, "ended by SIGSEGV"),
        (Ending(-37, 0.1), StudentCrashed, "ended by signal 37"),  # a real-time one has no name
    ],
    ids=str,
)
def test_how_the_process_ended_is_told(ending: Ending, kind: type[StudentError], text: str) -> None:
    expect_told(ending, kind, text)


@on_posix
@pytest.mark.parametrize(
    ("name", "cpu_s", "kind", "text"),
    [
        ("SIGKILL", 0.1, StudentCrashed, "ended by SIGKILL"),
        ("SIGKILL", 31.0, StudentTimedOut, "more than 30 s of processor time"),
        ("SIGXCPU", 30.0, StudentTimedOut, "more than 30 s of processor time"),
        ("SIGXCPU", 0.1, StudentCrashed, "ended by SIGXCPU"),
    ],
)
def test_the_signal_that_ended_the_process_is_told(
    name: str, cpu_s: float, kind: type[StudentError], text: str
) -> None:
    expect_told(Ending(-getattr(signal, name), cpu_s), kind, text)


def expect_told(ending: Ending, kind: type[StudentError], text: str) -> None:
    def worker(wire: Wire) -> None:
        wire.load()
        wire.read()

    launcher = FakeLauncher(worker, ending=ending)
    with student_of(launcher) as student, pytest.raises(kind, match=text):
        student.build(6, 5, 4, seed=1)


def test_a_worker_that_closes_its_socket_and_goes_on_is_killed() -> None:
    def worker(wire: Wire) -> None:
        wire.stream.shutdown(socket.SHUT_RDWR)
        wire.killed.wait(10)

    error, _ = ask(worker)
    assert isinstance(error, StudentCrashed)
    assert "closed its connection" in str(error)


@on_posix
def test_processor_time_of_all_workers_is_added_up() -> None:
    def worker(wire: Wire) -> None:
        wire.load()
        wire.read()
        wire.raw(b"garbage")

    launcher = FakeLauncher(worker, ending=Ending(-signal.SIGKILL, 12.0))
    with student_of(launcher) as student:
        for _ in range(3):
            with pytest.raises(StudentCrashed):
                student.build(6, 5, 4, seed=1)
        with pytest.raises(StudentTimedOut, match="used up by an earlier check"):
            student.build(6, 5, 4, seed=1)
    assert launcher.asked == [(30, 100), (18, 100), (6, 100)]


@on_posix
def test_what_used_up_what_was_left_of_the_processor_time_has_timed_out() -> None:
    """The second worker had half of the time, and a signal that its limit explains."""

    def worker(wire: Wire) -> None:
        wire.load()
        wire.read()

    with student_of(FakeLauncher(worker, ending=Ending(-signal.SIGKILL, 15.0))) as student:
        with pytest.raises(StudentCrashed, match="ended by SIGKILL"):
            student.build(6, 5, 4, seed=1)
        with pytest.raises(StudentTimedOut, match="more than 30 s of processor time used"):
            student.build(6, 5, 4, seed=1)


def test_a_worker_that_never_gets_ready_is_the_sandboxs_fault() -> None:
    for worker in (
        lambda wire: None,
        lambda wire: wire.raw(b"garbage"),
        lambda wire: wire.send(1, protocol.Ready({})),
        lambda wire: wire.send(0, protocol.Done()),
    ):
        with student_of(FakeLauncher(worker)) as student, pytest.raises(SandboxError):
            student.load()


def test_what_the_sandbox_says_of_a_start_shows_nothing_that_a_student_printed() -> None:
    def crashing(wire: Wire) -> None:
        wire.load()
        wire.output.write(b"\x1b[2Jprinted by the module")

    with student_of(FakeLauncher(crashing, lambda wire: None)) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        with pytest.raises(SandboxError) as caught:
            student.build(6, 5, 4, seed=1)
        assert "printed" in student.output
    assert "printed" not in str(caught.value)


# ---------------------------------------------------------------- deadlines


def timed(worker: Worker, wall_s: float = 0.6) -> StudentError:
    start = time.monotonic()
    error, _ = ask(worker, wall_s=wall_s)
    assert wall_s - 0.1 < time.monotonic() - start
    return error


def test_silence_ends_at_the_deadline() -> None:
    def silent(wire: Wire) -> None:
        while True:
            wire.read()

    assert isinstance(timed(silent), StudentTimedOut)


def test_a_reply_that_drips_ends_at_the_deadline() -> None:
    def drip(wire: Wire) -> None:
        wire.stream.sendall(protocol.HEADER.pack(1000))
        while True:
            wire.stream.sendall(b"\0")
            time.sleep(0.02)

    assert isinstance(timed(drip), StudentTimedOut)


def test_output_without_end_ends_at_the_deadline() -> None:
    def chatter(wire: Wire) -> None:
        while True:
            wire.output.write(b"x" * 4096)

    assert isinstance(timed(chatter), StudentTimedOut)


# ---------------------------------------------------------------- memory and output


def test_memory_is_watched_even_while_the_worker_prints() -> None:
    def chatter(wire: Wire) -> None:
        wire.load()
        while True:
            wire.output.write(b"x" * 4096)

    launcher = FakeLauncher(chatter, resident=[150 << 20])  # which are there from the start
    with student_of(launcher, wall_s=60) as student:
        student.load()
        launcher.processes[0]._resident = iter([270 << 20, *[280 << 20] * 1000])
        with pytest.raises(StudentCrashed, match="more than 100 MiB"):
            student.build(6, 5, 4, seed=1)


def test_an_announced_size_alone_costs_no_memory() -> None:
    tracemalloc.start()
    try:
        ask(lambda wire: wire.stream.sendall(protocol.HEADER.pack(64 << 20)))
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_output_is_kept_up_to_its_limit() -> None:
    def flood(wire: Wire) -> None:
        wire.load()
        for _ in range(100):
            wire.output.write(b"0123456789abcdef" * 4096)
        wire.answer(built())

    with student_of(FakeLauncher(flood)) as student:
        student.build(6, 5, 4, seed=1)
        assert student.output == "0123456789abcdef" * 1024


def test_output_of_a_worker_that_crashed_is_kept() -> None:
    def last_words(wire: Wire) -> None:
        wire.load()
        wire.read()
        wire.output.write(b"first \xff")
        wire.stream.shutdown(socket.SHUT_RDWR)
        time.sleep(0.1)
        wire.output.write(b" last")

    with student_of(FakeLauncher(last_words)) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        assert student.output == "first \ufffd last"


def test_what_a_crashed_worker_left_behind_is_kept_up_to_the_limit_too() -> None:
    def flood(wire: Wire) -> None:
        wire.load()
        wire.read()
        wire.output.write(b"first ")
        wire.stream.shutdown(socket.SHUT_RDWR)
        time.sleep(0.1)
        wire.output.write(b"x" * 4096)

    with student_of(FakeLauncher(flood), output_kib=1) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        assert student.output == "first ".ljust(1024, "x")


def test_a_worker_that_closes_its_output_can_go_on() -> None:
    def mute(wire: Wire) -> None:
        wire.load()
        wire.output.close()
        time.sleep(0.1)
        wire.answer(built())

    with student_of(FakeLauncher(mute)) as student:
        assert student.build(6, 5, 4, seed=1).parameters == []


# ---------------------------------------------------------------- what answers may hold


def forward(*arrays: protocol.Array | None) -> np.ndarray:
    def worker(wire: Wire) -> None:
        wire.load()
        wire.answer(built())
        wire.answer(protocol.Outputs(list(arrays)))

    with student_of(FakeLauncher(worker)) as student:
        net = student.build(6, 5, 4, seed=1)
        return net.forward(np.zeros((2, 6), np.float32))


GOOD = np.arange(8, dtype=np.float32).reshape(2, 4)


def with_entry(value: float) -> protocol.Array:
    array = GOOD.copy()
    array[1, 2] = value
    return protocol.pack_array(array)


def test_logits_arrive() -> None:
    assert np.array_equal(forward(protocol.pack_array(GOOD)), GOOD)


@pytest.mark.parametrize(
    "arrays",
    [
        (),
        (None,),
        (protocol.pack_array(GOOD),) * 2,
        (with_entry(np.nan),),
        (with_entry(np.inf),),
        (with_entry(-np.inf),),
        (protocol.pack_array(GOOD.astype(np.float64)),),
        (protocol.pack_array(GOOD.astype(np.int64)),),
        (protocol.pack_array(GOOD.T),),
        (protocol.pack_array(GOOD[None]),),
        (protocol.pack_array(GOOD.ravel()),),
        (protocol.pack_array(GOOD[:0]),),
        (protocol.Array("float32", (2, 4), memoryview(bytes(31))),),
        (protocol.Array("complex64", (2, 2), memoryview(bytes(32))),),
        (protocol.Array("object", (2, 4), memoryview(bytes(64))),),
        (protocol.Array("float32", (0, 2**63), memoryview(b"")),),
        (protocol.Array("float32", (-2, -4), memoryview(bytes(32))),),
    ],
)
def test_logits_that_are_not_what_was_asked_for_are_unusable(
    arrays: tuple[protocol.Array | None, ...],
) -> None:
    with pytest.raises(StudentUnusable):
        forward(*arrays)


def test_a_parameter_that_is_no_sane_array_has_no_value() -> None:
    arrays = [
        None,
        protocol.Array("complex64", (1,), memoryview(bytes(8))),
        protocol.Array("float32", (0, 2**64 - 1), memoryview(b"")),
        protocol.Array("float32", (2,), memoryview(bytes(4))),
        packed(1.0, np.nan),
    ]

    def worker(wire: Wire) -> None:
        wire.load()
        wire.answer(built(*(protocol.Parameter("W", "odd", True, array) for array in arrays)))

    with student_of(FakeLauncher(worker)) as student:
        values = [p.value for p in student.build(6, 5, 4, seed=1).parameters]
    assert values[:4] == [None] * 4
    assert values[4] is not None


@pytest.mark.parametrize(
    "gradients",
    [
        (),
        (packed(1, 2),),
        (packed(1, 2), None, None),
        (packed(1, 2), packed(1)),
        (packed(1, 2), packed(1, np.inf, 3)),
        (packed(1, 2), packed(1, 2, 3, dtype="float64")),
    ],
)
def test_gradients_that_are_not_what_was_asked_for_are_unusable(
    gradients: tuple[protocol.Array | None, ...],
) -> None:
    def backward(*gradients: protocol.Array | None) -> list[np.ndarray | None]:
        shapes = [protocol.Parameter("W", "", True, packed(*range(size))) for size in (2, 3)]

        def worker(wire: Wire) -> None:
            wire.load()
            wire.answer(built(*shapes))
            wire.answer(protocol.Outputs(list(gradients)))

        with student_of(FakeLauncher(worker)) as student:
            inputs = np.zeros((1, 6), np.float32)
            return student.build(6, 5, 4, seed=1).backward(inputs, inputs, seed=1)

    first, second = backward(packed(1, 2), None)  # one that never arrives is for checks to judge
    assert first is not None and first.tolist() == [1, 2] and second is None
    with pytest.raises(StudentUnusable):
        backward(*gradients)


@pytest.mark.parametrize(
    "answer",
    [
        protocol.Stepped([]),
        protocol.Stepped([[]]),
        protocol.Stepped([[packed(1, 2)]] * 2),
        protocol.Stepped([[packed(1, 2)] * 2]),
        protocol.Stepped([[packed(1, 2, 3)]]),
        protocol.Stepped([[packed(1, np.nan)]]),
        protocol.Stepped([[packed(1, 2, dtype="float64")]]),
    ],
)
def test_steps_that_are_not_what_was_asked_for_are_unusable(answer: protocol.Stepped) -> None:
    start = np.zeros(2, np.float32)

    def worker(wire: Wire) -> None:
        wire.load()
        wire.answer(protocol.OptimizerMade([0], packed(0, 1, 2, 3)))
        wire.answer(answer)

    with student_of(FakeLauncher(worker)) as student:
        optimizer = student.make_optimizer([start])
        with pytest.raises(StudentUnusable):
            optimizer.step([[start]])


@pytest.mark.parametrize(
    ("values", "buffers"),
    [
        ((2,), 1),
        ((2, 1), 0),
        ((2, 1), 2),
        ((3, 1), 1),
    ],
)
def test_steps_of_a_training_that_are_not_what_was_asked_for_are_unusable(
    values: tuple[int, ...], buffers: int
) -> None:
    def follow(shape: tuple[int, ...], count: int) -> np.ndarray:
        shown = protocol.Followed(protocol.pack_array(np.ones(shape, np.float32)), [[]] * count)
        trainee = Trainee(lambda request, expected: shown, [2], 4, 1, [])  # type: ignore[arg-type, return-value]
        return trainee.follow(np.zeros(1, np.int64)).values

    assert follow((2, 1), 1).tolist() == [[1], [1]]  # before an epoch there are no steps
    with pytest.raises(StudentUnusable):
        follow(values, buffers)


@pytest.mark.parametrize(
    ("logits", "gradients", "values"),
    [
        ([], (2, 1), (2, 1)),
        ([(2, 4)], (2, 1), (2, 1)),
        ([(2, 4)] * 3, (2, 1), (2, 1)),
        ([(2, 4), (2, 4)], (2, 1), (2, 1)),  # the last batch holds one image
        ([(2, 4), (1, 3)], (2, 1), (2, 1)),
        ([(2, 4), (1, 4)], (1, 1), (2, 1)),
        ([(2, 4), (1, 4)], (2, 1), (2, 2)),
    ],
)
def test_an_epoch_that_is_not_what_was_asked_for_is_unusable(
    logits: list[tuple[int, ...]], gradients: tuple[int, ...], values: tuple[int, ...]
) -> None:
    def epoch(
        logits: list[tuple[int, ...]], gradients: tuple[int, ...], values: tuple[int, ...]
    ) -> list[np.ndarray]:
        each, slopes, reached = (
            [protocol.pack_array(np.ones(shape, np.float32)) for shape in shapes]
            for shapes in (logits, [gradients], [values])
        )
        trained = protocol.Trained(each, *slopes, *reached)
        trainee = Trainee(lambda request, expected: trained, [2, 1], 4, 1, [])  # type: ignore[arg-type, return-value]
        return trainee.epoch(np.zeros(1, np.int64))[0]

    assert [part.shape for part in epoch([(2, 4), (1, 4)], (2, 1), (2, 1))] == [(2, 4), (1, 4)]
    with pytest.raises(StudentUnusable):
        epoch(logits, gradients, values)


@pytest.mark.parametrize("draw", [packed(), packed(1, 2, 3), packed(1, 2, 3, np.nan)])
def test_what_the_generator_draws_is_checked_too(draw: protocol.Array) -> None:
    error, _ = ask(lambda wire: wire.send(2, protocol.Built([], draw)))
    assert isinstance(error, StudentUnusable)


# ---------------------------------------------------------------- without a zygote


def test_a_spawned_worker_grades_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TEST_TOKEN", "a secret of the caller's")
    course = load_course(REPOSITORY)
    text = course.solution_path("relu").read_text(encoding="utf-8")
    text += "\nimport os\nprint('printed', os.environ.get('GRADER_TEST_TOKEN'))\n"
    submission = Submission("spawned", {"relu": Source("relu", "relu.py", text)}, {})
    launcher = Spawner(course.baseline_path, 1, for_one=False)
    graded = Engine(course, launcher, course.seed).grade(submission, course.assignment("relu"))
    launcher.close()
    assert graded.report.status == "passed", graded.report.checks
    assert graded.report.output == "printed None\n"


@on_linux
def test_a_busy_worker_ends_with_the_process_that_asked_for_it() -> None:
    limits = Allowance(wall_s=60, cpu_s=30, memory_mib=512, output_kib=1)
    with contextlib.closing(Zygote(load_course().baseline_path)) as zygote:
        asking = os.fork()
        if asking == 0:
            with contextlib.suppress(BaseException):
                Student(zygote, "relu", "while True: pass", limits).load()
            os._exit(0)
        wait_until(lambda: children_of(zygote.pid))
        os.kill(asking, signal.SIGKILL)
        os.waitpid(asking, 0)
        wait_until(lambda: not children_of(zygote.pid))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("moment", ["importing torch", "in student code"])
def test_a_spawned_worker_ends_with_the_process_that_asked_for_it(moment: str) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
from grader.course.manifest import load_course
from grader.sandbox.client import Allowance, Student
from grader.sandbox.spawner import Spawner
limits = Allowance(wall_s=60, cpu_s=30, memory_mib=512, output_kib=1)
launcher = Spawner(load_course().baseline_path, 1, for_one=False)
student = Student(launcher, "relu", "def busy():\\n    while True: pass\\n", limits)
student.load()
print("loaded", flush=True)
student.call("busy")
"""
    asking = subprocess.Popen([sys.executable, "-c", code, moment], stdout=subprocess.PIPE)
    try:
        wait_until(lambda: children_of(asking.pid))
        if moment == "in student code":
            assert asking.stdout is not None and asking.stdout.readline() == b"loaded\n"
        (worker,) = map(int, children_of(asking.pid).split())
        pidfd = os.pidfd_open(worker)
    finally:
        asking.kill()
        asking.wait()
    assert select.select([pidfd], [], [], PATIENCE_S)[0]
    os.close(pidfd)


def children_of(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


# ---------------------------------------------------------------- what a network is asked


def network_that_notes(requests: list[protocol.Request], key: str) -> Network:
    """A handle on nothing: what it asks is noted, and answered with zeros."""

    def ask(request: protocol.Request, expected: type[Any]) -> Any:
        requests.append(request)
        if not isinstance(request, protocol.Forward):
            return protocol.Done()
        batches = [protocol.unpack_array(batch) for batch in request.batches]
        zeros = [protocol.pack_array(np.zeros((len(b), 4), np.float32)) for b in batches]
        return protocol.Outputs(zeros * max(1, len(request.values)))

    return Network(ask, key, (6, 5, 4), [], np.zeros(4, np.float32))


def test_autograd_records_in_every_other_pass() -> None:
    requests: list[Any] = []
    net = network_that_notes(requests, "net")
    for train in (False, False, True, True):
        net.forward(np.zeros((2, 6), np.float32), train=train)
    assert [request.gradients for request in requests] == [True, False, True, False]


def test_what_was_assigned_has_arrived_before_a_state_is_copied() -> None:
    requests: list[Any] = []
    source, target = (network_that_notes(requests, key) for key in ("source", "target"))
    source.assign([np.ones(3, np.float32)])
    target.load_state_of(source)
    assigned, copied = requests
    assert (assigned.key, len(assigned.values)) == ("source", 1)
    assert (copied.source, copied.target) == ("source", "target")
    source.forward(np.zeros((2, 6), np.float32))
    assert requests[-1].values == []  # and is assigned once
