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
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

NO_FORK = "GRADER_NO_FORK"  # set on Linux: workers are started as on other systems
START_TIMEOUT_S = 120.0  # importing torch from a cold network disk can take a minute
END_TIMEOUT_S = 60.0
REMOVAL_TIMEOUT_S = 90.0  # what removes a worker's files stops by itself before that
START_ATTEMPTS = 2  # of a zygote that ends before it serves
LOOK_EVERY_S = 0.2
PACKET_BYTES = 4096
LEFT = "files of a worker could not be removed"  # how a line of the zygote's begins
WORDS_BYTES = 4096

# What Python and torch can't do without, and nothing else of the caller's. A locale decides what a
# module may print, so every worker has the same: its text is UTF-8.
PASSED_ENVIRONMENT = ("SYSTEMROOT", "OPENBLAS_CORETYPE")
WORKER_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    # Libraries ask for it while they are imported, and a container's user may be in no passwd file.
    "HOME": "/",
    "LC_ALL": "C.UTF-8",
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
    """How a worker ended. `exit` is as subprocess has it: negative is a signal's number; `why` is
    what it was killed for, or ""."""

    exit: int
    cpu_s: float
    why: str = ""


class Process(Protocol):
    """A worker as its launcher hands it over."""

    stream: socket.socket
    output: IO[bytes]
    live_output: bool  # `output` is a pipe, to be drained while the worker runs
    reusable: bool  # for another module

    def resident_bytes(self) -> int: ...
    def kill(self) -> None: ...
    def ends_within(self, timeout_s: float) -> bool: ...
    def wait(self) -> Ending: ...  # may be called again
    def give_back(self) -> None: ...
    def close(self) -> None: ...


class Launcher(Protocol):
    """Starts workers with the given limits."""

    def launch(self, *, cpu_s: int, memory_mib: int) -> Process: ...
    def mend(self) -> None: ...  # put right what has ended


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
    return [sys.executable, "-I", "-B", "-X", "utf8", "-c", code, *arguments]


# ---------------------------------------------------------------- Linux: a zygote


class ForkedProcess:
    """A worker that the zygote forked; `status` is where the zygote reports about it."""

    live_output = True
    reusable = False

    def __init__(
        self, zygote: Zygote, stream: socket.socket, output: IO[bytes], status: socket.socket
    ) -> None:
        self.stream = stream
        self.output = output
        self._zygote = zygote
        self._status = status
        self._pidfd: int | None = None
        self._ending: Ending | None = None
        zygote.await_report(status)
        try:
            packet, descriptors, _, _ = socket.recv_fds(status, PACKET_BYTES, 1)
        except OSError as error:
            raise SandboxError(f"the zygote did not start a worker: {error}") from None
        if not packet:
            raise zygote.ended()
        report = json.loads(packet)
        if "refused" in report:
            raise SandboxError(report["refused"])
        self._pidfd = descriptors[0]
        self.pid: int = report["pid"]

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
            raise self._zygote.ended()
        end = json.loads(packet)
        self._ending = Ending(end["exit"], end["cpu_s"], end["why"])
        return self._ending

    def give_back(self) -> None:
        raise NotImplementedError("a fork costs next to nothing")

    def close(self) -> None:
        self.kill()
        self.stream.close()
        self.output.close()
        self._status.close()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None


class Zygote:
    """The process that forks workers. Usable from forked children of the one that started it.

    One that ends is replaced by whoever started it: in `launch`, and in `mend`, which has to be
    called now and then while only children ask for workers.
    """

    def __init__(self, baseline: Path) -> None:
        self._baseline = baseline
        self._owner = os.getpid()
        self._errors = tempfile.TemporaryFile()
        # Both ends are kept: what was asked of a zygote that ended, its successor finds and does.
        self._control, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._attempts = 0  # since one was last known to serve
        self._start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _start(self) -> None:
        self._attempts += 1
        self._serves, serves = os.pipe()
        try:
            self._process = subprocess.Popen(
                python_command(
                    "grader.sandbox.inside.start_zygote",
                    str(self._theirs.fileno()),
                    str(serves),
                    str(self._owner),
                    str(self._baseline),
                ),
                env=clean_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                pass_fds=[self._theirs.fileno(), serves],
                start_new_session=True,  # Ctrl-C in the terminal is for us to handle
            )
        except OSError as error:
            os.close(self._serves)
            raise SandboxError(f"the zygote can't be started: {error}") from None
        finally:
            os.close(serves)

    def mend(self) -> None:
        """Start a zygote in the place of one that has ended; in a forked process, do nothing.

        Raises:
            SandboxError: each ends before it serves.
        """
        if os.getpid() != self._owner or self._process.poll() is None:
            return
        if os.read(self._serves, 1):  # it had come so far
            self._attempts = 0
        os.close(self._serves)
        if self._attempts < START_ATTEMPTS:
            self._start()
        else:
            self._refuse()
            raise self.ended()

    def _refuse(self) -> None:
        """Let go of all who wait for a zygote, as there will be none, and who will ask for one."""
        self._serves = os.open(os.devnull, os.O_RDONLY)  # a later mend() ends here again
        self._theirs.shutdown(socket.SHUT_RDWR)
        while True:
            packet, descriptors, _, _ = socket.recv_fds(self._theirs, PACKET_BYTES, 3)
            for descriptor in descriptors:
                os.close(descriptor)
            if not packet:
                return

    def launch(self, *, cpu_s: int, memory_mib: int) -> ForkedProcess:
        """A new worker, about to say that it is ready.

        Raises:
            SandboxError: if the zygote has ended, and one that took its place has, or can't fork.
        """
        stream, their_stream = socket.socketpair()
        status, their_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        read_end, write_end = os.pipe()
        request = json.dumps({"cpu_s": cpu_s, "memory_mib": memory_mib}).encode()
        descriptors = [their_stream.fileno(), write_end, their_status.fileno()]
        try:
            socket.send_fds(self._control, [request], descriptors)
        except OSError:
            raise self.ended() from None
        finally:
            their_stream.close()
            their_status.close()
            os.close(write_end)
        return ForkedProcess(self, stream, os.fdopen(read_end, "rb", buffering=0), status)

    def await_report(self, status: socket.socket) -> None:
        """Wait for the zygote's first word about a worker, or for its end.

        Raises:
            SandboxError: it takes longer than a start may take, or no zygote serves.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        poll = select.poll()
        poll.register(status, select.POLLIN)
        while not poll.poll(LOOK_EVERY_S * 1000):
            self.mend()
            if time.monotonic() > deadline:
                raise SandboxError(f"no worker was started within {START_TIMEOUT_S:g} s")

    def ended(self) -> SandboxError:
        """That it ended, with its last words, where it had some."""
        return SandboxError(
            f"the zygote ended: {self._last_words() or 'it was killed; is there enough memory?'}"
        )

    def close(self) -> None:
        """End the zygote, which ends its workers and removes what they leave."""
        self._control.close()
        self._theirs.close()
        os.close(self._serves)
        self._process.terminate()  # obeyed only while it still imports torch
        try:
            self._process.wait(REMOVAL_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for line in self._words():
            if line.startswith(LEFT):
                print(f"grader: {line}; remove that folder", file=sys.stderr)
        self._errors.close()

    def _last_words(self) -> str:
        words = self._words()
        return words[-1][:300] if words else ""

    def _words(self) -> list[str]:
        # The file's position is shared by all processes that hold it.
        size = os.fstat(self._errors.fileno()).st_size
        said = os.pread(self._errors.fileno(), WORDS_BYTES, max(0, size - WORDS_BYTES))
        return said.decode(errors="replace").strip().splitlines()


# ---------------------------------------------------------------- elsewhere: a process each


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


class NoWorkers:
    """Stands where nothing is to be run."""

    def launch(self, *, cpu_s: int, memory_mib: int) -> Process:
        raise SandboxError("a worker was asked for where nothing was to be run")

    def mend(self) -> None:
        """There is nothing to put right."""


def can_fork() -> bool:
    """Whether processes are forked here: it is not safe, or not possible, but on Linux."""
    return sys.platform == "linux" and not os.environ.get(NO_FORK)


@contextmanager
def open_launcher(baseline: Path, modules: int | None = None) -> Iterator[Any]:
    """The best launcher that this system allows, closed with everything that it started.

    Args:
        modules: how many modules of one person there are for it at most; None: any number, of
            several people. Where workers are not forked, as many are started ahead, but no more
            than there are cores.
    """
    cores = os.cpu_count() or 1
    ahead = cores if modules is None else min(modules, cores)
    forks = can_fork()
    launcher = Zygote(baseline) if forks else Spawner(baseline, ahead, for_one=modules is not None)
    try:
        yield launcher
    finally:
        launcher.close()
