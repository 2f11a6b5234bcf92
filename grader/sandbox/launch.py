"""Starting workers: forked from a zygote where the system can, else a fresh process each."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

START_TIMEOUT_S = 120.0  # importing torch from a cold network disk can take a minute
END_TIMEOUT_S = 60.0  # the zygote may be removing the files of others, 10 s each at most
PACKET_BYTES = 4096

# What Python, torch and locale handling look at; nothing else of the caller's is passed on.
PASSED_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "OPENBLAS_CORETYPE")
WORKER_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    # Keep freed blocks: giving a weight-sized block back to the system after each training step
    # costs more than the step's arithmetic.
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "MALLOC_ARENA_MAX": "1",
    # Huge pages: a fork copies half of the page tables, and training meets few page faults.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


class SandboxError(RuntimeError):
    """The sandbox itself failed: never the student's fault."""


@dataclass(frozen=True)
class Ending:
    """How a worker ended. `exit` is as subprocess has it: negative is a signal's number."""

    exit: int
    cpu_s: float


class Process(Protocol):
    """A worker as its launcher hands it over."""

    stream: socket.socket
    output: IO[bytes]
    live_output: bool  # `output` is a pipe, to be drained while the worker runs

    def resident_bytes(self) -> int: ...
    def kill(self) -> None: ...
    def ends_within(self, timeout_s: float) -> bool: ...
    def wait(self) -> Ending: ...  # may be called again
    def close(self) -> None: ...


class Launcher(Protocol):
    """Starts workers with the given limits."""

    def launch(self, *, cpu_s: int, memory_mib: int) -> Process: ...


def clean_environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ENVIRONMENT if name in os.environ}
    return passed | WORKER_ENVIRONMENT


def python_command(module: str, *arguments: str) -> list[str]:
    """A Python that ignores the caller's environment and folder, and runs `module`'s main().

    It starts without garbage collection, which makes importing torch faster by a quarter; main()
    turns it on.
    """
    root = str(Path(__file__).parents[2])
    code = (
        "import gc, sys; gc.disable(); "
        f"sys.path.insert(0, {root!r}); from {module} import main; main()"
    )
    return [sys.executable, "-I", "-B", "-c", code, *arguments]


# ---------------------------------------------------------------- Linux: a zygote


class ForkedProcess:
    """A worker that the zygote forked; `status` is where the zygote reports about it."""

    live_output = True

    def __init__(self, stream: socket.socket, output: IO[bytes], status: socket.socket) -> None:
        self.stream = stream
        self.output = output
        self._status = status
        self._pidfd: int | None = None
        self._ending: Ending | None = None
        try:
            status.settimeout(START_TIMEOUT_S)
            packet, descriptors, _, _ = socket.recv_fds(status, PACKET_BYTES, 1)
        except OSError as error:
            raise SandboxError(f"the zygote did not start a worker: {error}") from None
        if not packet:
            raise SandboxError("the zygote ended")
        self._pidfd = descriptors[0]
        self.pid: int = json.loads(packet)["pid"]

    def resident_bytes(self) -> int:
        """Memory of the worker's own, without what it shares with the zygote's files."""
        try:
            fields = Path(f"/proc/{self.pid}/statm").read_text().split()
        except OSError:
            return 0
        return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        if self._pidfd is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def ends_within(self, timeout_s: float) -> bool:
        assert self._pidfd is not None
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(timeout_s * 1000))

    def wait(self) -> Ending:
        if self._ending is not None:
            return self._ending
        self._status.settimeout(END_TIMEOUT_S)
        try:
            packet = self._status.recv(PACKET_BYTES)
        except OSError as error:
            raise SandboxError(f"a worker could not be ended: {error}") from None
        if not packet:
            raise SandboxError("the zygote ended")
        end = json.loads(packet)
        self._ending = Ending(end["exit"], end["cpu_s"])
        return self._ending

    def close(self) -> None:
        self.kill()
        self.stream.close()
        self.output.close()
        self._status.close()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None


class Zygote:
    """The process that forks workers. Usable from forked children of the one that started it."""

    def __init__(self, baseline: Path) -> None:
        self._errors = tempfile.TemporaryFile()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                python_command("grader.sandbox.inside.zygote", str(theirs.fileno()), str(baseline)),
                env=clean_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C in the terminal is for us to handle
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def launch(self, *, cpu_s: int, memory_mib: int) -> ForkedProcess:
        """A new worker, about to say that it is ready.

        Raises:
            SandboxError: if the zygote has ended or can't fork.
        """
        stream, their_stream = socket.socketpair()
        status, their_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        read_end, write_end = os.pipe()
        request = json.dumps({"cpu_s": cpu_s, "memory_mib": memory_mib}).encode()
        descriptors = [their_stream.fileno(), write_end, their_status.fileno()]
        try:
            socket.send_fds(self._control, [request], descriptors)
        except OSError as error:
            raise SandboxError(f"the zygote ended: {self._last_words() or error}") from None
        finally:
            their_stream.close()
            their_status.close()
            os.close(write_end)
        try:
            return ForkedProcess(stream, os.fdopen(read_end, "rb", buffering=0), status)
        except SandboxError as error:
            raise SandboxError(f"{error}: {self._last_words()}") from None

    def close(self) -> None:
        """End the zygote, which ends its workers and removes what they leave."""
        self._control.close()
        self._process.terminate()  # obeyed only while it still imports torch
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""


# ---------------------------------------------------------------- elsewhere: a process each


class SpawnedProcess:
    """A worker in a process of its own, without a jail."""

    live_output = False

    def __init__(self, listener: socket.socket, output: IO[bytes], arguments: list[str]) -> None:
        self.output = output
        self._process = subprocess.Popen(
            python_command("grader.sandbox.inside.spawned", *arguments),
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
        )
        ticket = os.urandom(16)
        assert self._process.stdin is not None
        self._process.stdin.write(ticket)
        self._process.stdin.close()
        self.stream = self._accept(listener, ticket)

    def _accept(self, listener: socket.socket, ticket: bytes) -> socket.socket:
        """The connection that shows `ticket`; anyone on this machine may knock."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if not select.select([listener], [], [], 0.2)[0]:
                continue
            stream, _ = listener.accept()
            stream.settimeout(5)
            with contextlib.suppress(OSError):
                if stream.recv(len(ticket), socket.MSG_WAITALL) == ticket:
                    return stream
            stream.close()
        self.kill()
        self.output.seek(0)
        words = self.output.read(100_000).decode(errors="replace").strip().splitlines()
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

    def close(self) -> None:
        self.kill()
        self._process.wait(END_TIMEOUT_S)
        self.stream.close()
        self.output.close()


class Spawner:
    """Starts each worker as a new Python: slower, and without a jail, but works everywhere."""

    def __init__(self, baseline: Path) -> None:
        self._baseline = baseline

    def launch(self, *, cpu_s: int, memory_mib: int) -> SpawnedProcess:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            output = tempfile.TemporaryFile()
            return SpawnedProcess(listener, output, [str(port), str(self._baseline)])

    def close(self) -> None:
        """Nothing outlives its worker here."""


@contextmanager
def open_launcher(baseline: Path) -> Iterator[Any]:
    """The best launcher that this system allows, closed with everything that it started."""
    launcher = Zygote(baseline) if sys.platform == "linux" else Spawner(baseline)
    try:
        yield launcher
    finally:
        launcher.close()
