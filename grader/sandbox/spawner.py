"""Systems that can't fork safely: workers that are a new Python each, without a jail."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import IO

from grader.sandbox.process import (
    END_TIMEOUT_S,
    LOOK_EVERY_S,
    START_TIMEOUT_S,
    Ending,
    SandboxError,
    clean_environment,
    python_command,
)


class SpawnedProcess:
    """A worker in a process of its own, without a jail. It has a stream once it has connected."""

    live_output = False
    stream: socket.socket

    def __init__(self, baseline: Path, idle: list[SpawnedProcess] | None) -> None:
        self.reusable = idle is not None
        self.output: IO[bytes] = tempfile.TemporaryFile()
        self._idle = idle
        self._listener = socket.create_server(("127.0.0.1", 0))
        # Made and removed here, as the process may be killed.
        self._folder = tempfile.TemporaryDirectory(
            prefix="grader-spawned-", ignore_cleanup_errors=True
        )
        port = self._listener.getsockname()[1]
        arguments = [str(port), str(baseline), self._folder.name]
        self._process = subprocess.Popen(
            python_command("grader.sandbox.inside.spawned", *arguments),
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=self.output,
            stderr=self.output,
        )
        self._ticket = os.urandom(16)
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: connect() finds out
            self._process.stdin.write(self._ticket)
            self._process.stdin.flush()  # and it stays open: its end is this process's

    def connect(self) -> None:
        """Await the connection that shows the ticket; anyone on this machine may knock.

        Raises:
            SandboxError: it ends, or takes longer than a start may take.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if not select.select([self._listener], [], [], LOOK_EVERY_S)[0]:
                continue
            stream, _ = self._listener.accept()
            stream.settimeout(5)
            with contextlib.suppress(OSError):
                if stream.recv(len(self._ticket), socket.MSG_WAITALL) == self._ticket:
                    self.stream = stream
                    return
            stream.close()
        self.kill()
        self.output.seek(0)
        words = self.output.read(100_000).decode(errors="replace").strip().splitlines()
        self.close()
        raise SandboxError(f"a worker did not start: {words[-1][:300] if words else 'no reason'}")

    def resident_bytes(self) -> int:
        return 0

    def kill(self) -> None:
        self._process.kill()

    def ends_within(self, timeout_s: float) -> bool:
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait(self) -> Ending:
        return Ending(self._process.wait(END_TIMEOUT_S), 0.0)

    def give_back(self) -> None:
        """Let it serve another module; it was asked to say again that it is ready."""
        assert self._idle is not None
        self.output.seek(0)
        self.output.truncate()
        self._idle.append(self)

    def close(self) -> None:
        self.kill()
        self._process.wait(END_TIMEOUT_S)
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(AttributeError):  # it may never have connected
            self.stream.close()
        self._listener.close()
        self.output.close()
        self._folder.cleanup()


class Spawner:
    """Starts each worker as a new Python: slower, and without a jail, but works everywhere.

    So many are started ahead that torch is imported in some while others are asked. Of modules that
    are one person's, one that leaves no trace is followed by another in its worker.
    """

    def __init__(self, baseline: Path, workers: int, *, for_one: bool) -> None:
        self._baseline = baseline
        self._for_one = for_one
        self._goes_on = workers > 1  # whether there is more than one module to come
        self._idle: list[SpawnedProcess] = []  # given back
        self._ahead = deque(self._start() for _ in range(workers))

    def launch(self, *, cpu_s: int, memory_mib: int) -> SpawnedProcess:
        """A worker that is about to say that it is ready.

        Raises:
            SandboxError: it did not start.
        """
        if self._idle:
            return self._idle.pop()
        process = self._ahead.popleft() if self._ahead else self._start()
        if self._goes_on and not self._ahead:
            self._ahead.append(self._start())
        process.connect()
        return process

    def mend(self) -> None:
        """Nothing here is shared by those who ask."""

    def close(self) -> None:
        for process in [*self._idle, *self._ahead]:
            process.close()

    def _start(self) -> SpawnedProcess:
        return SpawnedProcess(self._baseline, self._idle if self._for_one else None)
