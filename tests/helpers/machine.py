"""What the machine that the tests run on can do, and how long it may take."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

# Why a test does not run where it is: the summary of a run in CI lists these.
NEEDS_LINUX = "needs Linux: what confines student code is made of its features"
NEEDS_POSIX = "needs POSIX: pipes with names, signals, modes of files or terminals"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason=NEEDS_LINUX)
on_posix = pytest.mark.skipif(os.name != "posix", reason=NEEDS_POSIX)
# How long a test waits for what should come at once, before it fails by what it waited for.
PATIENCE_S = 800
# Protections that this machine can't have, by name: the tests of all others fail where one is off.
WALLS_OFF = set(os.environ.get("GRADER_WALLS_OFF", "").split())
if sys.platform == "linux" and not (
    os.geteuid() == 0
    and all(
        folder.stat().st_mode & stat.S_IXOTH
        for prefix in (sys.prefix, sys.base_prefix)
        for folder in (Path(prefix).resolve(), *Path(prefix).resolve().parents)
    )
):
    WALLS_OFF.add("user")  # only root can become another, who has to get to Python's files


def skip_elsewhere() -> None:
    """Skip the test that calls this, or the one for whose fixture it is called, but on Linux."""
    if sys.platform != "linux":
        pytest.skip(NEEDS_LINUX)


def expect_walls(on: Mapping[str, bool]) -> None:
    """Fail where a protection is off; skip where the machine is known not to have it."""
    off = {name for name, is_on in on.items() if not is_on}
    assert off <= WALLS_OFF, (
        f"off: {', '.join(sorted(off - WALLS_OFF))}; where a machine can't have a wall, "
        "GRADER_WALLS_OFF names it"
    )
    if off:
        pytest.skip(f"this machine can't have {', '.join(sorted(off))}")


def children() -> set[int]:
    """The processes that this one has started and that it has not seen the end of."""
    found: set[int] = set()
    for thread in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            found |= set(map(int, thread.read_text().split()))
    return found


def wait_until(is_so: Callable[[], object], otherwise: str = "it did not happen in time") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
