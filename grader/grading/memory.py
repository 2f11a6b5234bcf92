"""The memory of the process that judges."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

from grader.sandbox.process import KEPT_BYTES

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h


def keep_freed_blocks() -> None:
    """Have the C library keep what is freed, as workers do: the arrays of a training come and go by
    the thousand, and each would be mapped anew, page by page."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # not every C library has it
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
            mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
