"""A worker's process as the sandbox sees it, however it was started, and what it starts with."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

START_TIMEOUT_S = 120.0  # importing torch from a cold network disk can take a minute
END_TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.2
KEPT_BYTES = 256 << 20  # of what was freed

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
    # torch.compile then returns what it is given: compiling would start processes and write files.
    "TORCHDYNAMO_DISABLE": "1",
    # Keep freed blocks: giving a weight-sized block back to the system after each training step
    # costs more than the step's arithmetic.
    "MALLOC_TRIM_THRESHOLD_": str(KEPT_BYTES),
    "MALLOC_MMAP_THRESHOLD_": str(KEPT_BYTES),
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
    """A Python that looks for nothing in the caller's folders, and runs `module`'s main().

    It starts without garbage collection, which makes importing torch faster by a quarter; main()
    turns it on. To be started in `clean_environment`, which is not ignored: what `-I` does besides
    `-P` and `-s`, and then nothing would set the seed of hashes.
    """
    root = str(Path(__file__).parents[2])
    code = (
        "import gc, sys; gc.disable(); "
        f"sys.path.insert(0, {root!r}); from {module} import main; main()"
    )
    return [sys.executable, "-P", "-s", "-X", "utf8", "-c", code, *arguments]
