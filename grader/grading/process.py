"""The process that judges: its memory and its threads."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from grader.sandbox.process import KEPT_BYTES

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
OPENBLAS_THREADS = "OPENBLAS_NUM_THREADS"


def keep_freed_blocks() -> None:
    """Have the C library keep what is freed, as workers do: the arrays of a training come and go by
    the thousand, and each would be mapped anew, page by page."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # not every C library has it
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
            mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


@contextmanager
def one_thread() -> Iterator[None]:
    """NumPy computes in one thread in here: the cores are the workers', and threads that wait for
    each other spin. Not where somebody has said how many, as each command does, and certify's
    other numbers, before NumPy is imported; a notebook does not."""
    if OPENBLAS_THREADS in os.environ:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
