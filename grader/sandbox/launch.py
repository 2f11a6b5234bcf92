"""Starting workers: forked from a zygote where the system can, else a fresh process each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.sandbox.process import Process, SandboxError
from grader.sandbox.spawner import Spawner
from grader.sandbox.zygote import Zygote

NO_FORK = "GRADER_NO_FORK"  # set on Linux: workers are started as on other systems


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
