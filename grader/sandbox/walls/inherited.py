"""Limits that the caller's shell passes on: evened out, or a reason to start no worker.

What a module earns may not depend on them, as its result is stored as that of the code alone.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping

if sys.platform != "win32":
    import resource

    # How bash's `ulimit` asks for each, and its unit.
    ULIMIT = {
        resource.RLIMIT_AS: ("address space", "v", 1024, " KiB"),
        resource.RLIMIT_DATA: ("data segment", "d", 1024, " KiB"),
        resource.RLIMIT_STACK: ("stack", "s", 1024, " KiB"),
        resource.RLIMIT_FSIZE: ("file size", "f", 1024, " KiB"),
        resource.RLIMIT_NOFILE: ("open files", "n", 1, ""),
        resource.RLIMIT_CPU: ("processor time", "t", 1, " s"),
    }

Rlimits = Mapping[int, tuple[int, int]]  # by kind: soft, hard


def even_out() -> None:
    """Lift the calling process's limits, as far as it may."""
    for kind in ULIMIT:
        _, hard = resource.getrlimit(kind)
        for most in (resource.RLIM_INFINITY, hard):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, most))
                break


def cut_limit(wanted: Rlimits) -> str:
    """Which of the calling process's limits is below what is wanted, and what to do; "" if none."""
    for kind, (what, letter, size, unit) in ULIMIT.items():
        _, hard = resource.getrlimit(kind)
        needed = wanted.get(kind, (0, 0))[1]
        if hard != resource.RLIM_INFINITY and hard < needed:
            return (
                f"a process of this shell may have {hard // size}{unit} of {what}, a worker needs "
                f"{-(-needed // size)}{unit}: lift the limit (ulimit -{letter}), or grade elsewhere"
            )
    return ""


def is_address_space_limited() -> bool:
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
