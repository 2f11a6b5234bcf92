"""The line to one worker: messages both ways, what it prints meanwhile, and what it may use."""

from __future__ import annotations

import math
import os
import selectors
import time
from dataclasses import dataclass

from grader.sandbox.blame import StudentCrashed, StudentTimedOut
from grader.sandbox.process import Process
from grader.sandbox.wire import protocol

TICK_S = 0.1
CHUNK_BYTES = 1 << 16  # what a pipe holds
LARGE_CHUNK = 1 << 20


@dataclass(frozen=True)
class Allowance:
    """What one assignment may use, over all its workers."""

    wall_s: float
    cpu_s: int
    memory_mib: int
    output_kib: int


class HungUp(Exception):
    """The worker's end of the stream is closed."""


class Channel:
    """One worker's stream. Whoever waits for it drains its output, and watches clock and memory.

    Args:
        output: what its module has printed so far; what is printed now is added up to the limit.
    """

    def __init__(self, process: Process, limits: Allowance, output: bytearray) -> None:
        self.process = process
        self._limits = limits
        self._output = output
        self._received = bytearray()  # of the next reply
        self._next_look = 0.0  # when the worker's memory is measured again
        self._memory_bytes = math.inf  # what it may then have
        self._selector = selectors.DefaultSelector()
        process.stream.setblocking(False)
        self._selector.register(process.stream, selectors.EVENT_READ)
        if process.live_output:
            self._selector.register(process.output, selectors.EVENT_READ)

    def allow_memory(self, more_bytes: float) -> None:
        """How much more than it has now the worker may have from now on."""
        self._memory_bytes = self.process.resident_bytes() + more_bytes

    def send(self, message: bytearray, deadline: float) -> None:
        """Send all of `message`, by `deadline` of the monotonic clock.

        Raises:
            HungUp, StudentTimedOut, StudentCrashed: it could not be sent.
        """
        stream = self.process.stream
        view = memoryview(message)
        while view:
            try:
                view = view[stream.send(view) :]
            except BlockingIOError:  # rare: most messages fit into the socket's buffer
                self._selector.modify(stream, selectors.EVENT_WRITE)
                try:
                    self._wait(deadline)
                finally:
                    self._selector.modify(stream, selectors.EVENT_READ)
            except OSError:
                raise HungUp from None

    def receive(self, deadline: float) -> protocol.Reply:
        """The next reply, by `deadline` of the monotonic clock.

        Raises:
            ProtocolError: what comes is none.
            HungUp, StudentTimedOut, StudentCrashed: none comes.
        """
        start = protocol.HEADER.size
        self._fill(start, deadline)
        end = start + protocol.body_size(bytes(self._received[:start]))
        self._fill(end, deadline)
        received, self._received = self._received, self._received[end:]
        return protocol.decode_reply(memoryview(received)[start:end])

    def drain_rest(self) -> None:
        """Keep the output that an ended worker has left behind."""
        process = self.process
        if process.live_output:
            os.set_blocking(process.output.fileno(), False)
            self._output += (process.output.read(CHUNK_BYTES) or b"")[: self._room()]
        else:
            process.output.seek(0)
            self._output += process.output.read(self._room())

    def close(self) -> None:
        """Wait for nothing more; the process and its output stay as they are."""
        self._selector.close()

    def _fill(self, size: int, deadline: float) -> None:
        """Receive until there are `size` bytes; most replies come whole with their first byte."""
        # Grown as bytes arrive: an announced size alone must not cost memory.
        while len(self._received) < size:
            if self.process.stream in self._wait(deadline):
                missing = size - len(self._received)
                try:
                    chunk = self.process.stream.recv(min(max(missing, CHUNK_BYTES), LARGE_CHUNK))
                except BlockingIOError:
                    continue
                except OSError:
                    chunk = b""
                if not chunk:
                    raise HungUp
                self._received += chunk

    def _wait(self, deadline: float) -> list[object]:
        """Wait for the stream, drain the output, watch clock and memory."""
        process = self.process
        while True:
            now = time.monotonic()
            # By the clock, as a worker that never stops printing leaves no quiet moment.
            if now >= self._next_look:
                self._next_look = now + TICK_S
                if process.resident_bytes() > self._memory_bytes:
                    raise StudentCrashed(f"more than {self._limits.memory_mib} MiB of memory used")
            selected = self._selector.select(max(0.0, min(deadline - now, TICK_S)))
            ready: list[object] = [key.fileobj for key, _ in selected]
            if process.output in ready:
                self._drain()
            if process.stream in ready:
                return ready
            # Last: whatever stopped this process stopped it from looking, not the worker's answer.
            if time.monotonic() >= deadline:
                raise StudentTimedOut(f"no answer within {self._limits.wall_s:g} s")

    def _drain(self) -> None:
        chunk = self.process.output.read(CHUNK_BYTES)
        if not chunk:
            self._selector.unregister(self.process.output)
        self._output += chunk[: self._room()]

    def _room(self) -> int:
        """How many more bytes of output are kept."""
        return (self._limits.output_kib << 10) - len(self._output)
