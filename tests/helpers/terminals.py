"""A command in a terminal of its own: what it shows, keys to press, how it leaves the terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import environment_for
from helpers.machine import NEEDS_POSIX, PATIENCE_S

pty = pytest.importorskip("pty", reason=NEEDS_POSIX)
termios = pytest.importorskip("termios", reason=NEEDS_POSIX)

CLEAR = "\x1b[2J"


# Makes stdin the terminal that controls the session, as a shell's is, then becomes the command.
CONTROLLED = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@dataclass
class Terminal:
    """A running command, and all that it has shown."""

    process: subprocess.Popen[bytes]
    descriptor: int  # the terminal's outer end
    settings: list[Any]  # of the terminal, before the command began
    inner: int
    shown: str = ""
    picture: int = 0  # where in `shown` the picture begins that was waited for last

    def read(self, timeout_s: float) -> bool:
        """Take what it shows now; False if that was nothing."""
        if not select.select([self.descriptor], [], [], timeout_s)[0]:
            return False
        with contextlib.suppress(OSError):  # nobody holds the inner end any more
            self.shown += os.read(self.descriptor, 1 << 16).decode("utf-8", "replace")
        return True

    @property
    def screen(self) -> str:
        """The picture on it: what was shown since it was cleared, without colours."""
        return without_colours(self.shown.rpartition(CLEAR)[2])

    def wait_for(self, *words: str) -> str:
        """Wait for a picture that holds all these words, from the one that was waited for last on;
        return it. By now it may have been replaced: whoever waits may be slower than what draws."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := self._picture_with(words)) is None:
            assert time.monotonic() < deadline, f"{words} did not appear in:\n{self.screen}"
            self.read(0.05)
        return found

    def _picture_with(self, words: tuple[str, ...]) -> str | None:
        start = self.picture
        while True:
            end = self.shown.find(CLEAR, start)
            picture = without_colours(self.shown[start : end if end >= 0 else None])
            if all(word in picture for word in words):
                self.picture = start
                return picture
            if end < 0:
                return None
            start = end + len(CLEAR)

    def resize(self, width: int) -> None:
        fcntl.ioctl(self.inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def end(self) -> int:
        """Wait for the command's end; its exit status."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it did not end; it shows:\n{self.screen}"
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.returncode

    def is_as_before(self) -> bool:
        return termios.tcgetattr(self.inner) == self.settings


def without_colours(shown: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", shown)


@contextmanager
def open_terminal(
    root: Path,
    *arguments: str,
    cwd: Path | None = None,
    start: str = CONTROLLED,
    has_size: bool = False,
) -> Iterator[Terminal]:
    """`python -m grader ARGUMENTS` with the package of `root`, in a terminal of its own.

    Args:
        start: a program that makes that its controlling terminal and runs its arguments.
        has_size: whether the command takes the terminal's size, which `resize` sets.
    """
    outer, inner = pty.openpty()
    environment = environment_for(root) | {"TERM": "xterm", "LINES": "50"}
    process = subprocess.Popen(
        [sys.executable, "-c", start, sys.executable, "-m", "grader", *arguments],
        cwd=root if cwd is None else cwd,
        env={n: v for n, v in environment.items() if not (has_size and n in ("COLUMNS", "LINES"))},
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    try:
        yield Terminal(process, outer, termios.tcgetattr(inner), inner)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(outer)
        os.close(inner)
