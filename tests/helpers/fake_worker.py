"""Workers that are threads on the other end of the socket: every byte is the test's choice."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO

import numpy as np
import pytest
from helpers.machine import PATIENCE_S

from grader.sandbox.client import Allowance, Student, StudentError
from grader.sandbox.process import Ending
from grader.sandbox.wire import protocol, replies
from grader.sandbox.wire.plain import Array, pack_array

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

    def send(self, number: int, body: replies.Body) -> None:
        self.stream.sendall(protocol.encode(protocol.Reply(number, body)))

    def answer(self, body: replies.Body) -> None:
        self.send(self.read().id, body)

    def raw(self, payload: bytes) -> None:
        self.stream.sendall(protocol.HEADER.pack(len(payload)) + payload)

    def start(self) -> None:
        """What every worker does before student code has a say."""
        self.send(0, replies.Ready({"files": True}))

    def load(self) -> None:
        self.start()
        self.answer(replies.Loaded(["Net", "make_optimizer"], 0))


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
        self._thread.join(PATIENCE_S)
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


def packed(*entries: float, dtype: str = "float32") -> Array:
    return pack_array(np.array(entries, dtype))


def built(*parameters: replies.Parameter) -> replies.Built:
    return replies.Built(list(parameters), packed(0, 1, 2, 3))
