"""Linux: workers that are forked from a zygote, which has imported torch."""

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

REMOVAL_TIMEOUT_S = 90.0  # what removes a worker's files stops by itself before that
START_ATTEMPTS = 2  # of a zygote that ends before it serves
PACKET_BYTES = 4096
LEFT = "files of a worker could not be removed"  # how a line of the zygote's begins
WORDS_BYTES = 4096


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
