"""Who grades beside whom: side by side as a rule, alone where it matters who is to blame."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "linux":
    from fcntl import LOCK_EX, LOCK_SH, LOCK_UN, lockf
else:
    LOCK_EX, LOCK_SH, LOCK_UN = 2, 1, 8

GATE, ROOM = 0, 1  # the bytes of the file that are locked


class Turns:
    """Shared by the processes that are forked from the one that made it.

    The locks are POSIX's: each is a process's own, though the file is inherited, and whatever ends
    the process frees it. Where nothing is forked, there is nobody to wait for.
    """

    _file: int | None = None  # an interrupt may come before there is one

    def __init__(self) -> None:
        self._file = os.memfd_create("turns") if sys.platform == "linux" else None

    def __del__(self) -> None:
        if self._file is not None:
            os.close(self._file)

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """A turn that begins when nobody is alone, or waits for it."""
        self._lock(GATE, LOCK_EX)
        try:
            self._lock(ROOM, LOCK_SH)
        finally:
            self._lock(GATE, LOCK_UN)
        try:
            yield
        finally:
            self._lock(ROOM, LOCK_UN)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A turn that begins when all others have ended theirs, and ends before another begins."""
        self._lock(GATE, LOCK_EX)
        try:
            self._lock(ROOM, LOCK_EX)
            yield
        finally:
            self._lock(ROOM, LOCK_UN)
            self._lock(GATE, LOCK_UN)

    def _lock(self, byte: int, operation: int) -> None:
        if self._file is not None:
            lockf(self._file, operation, 1, byte)
