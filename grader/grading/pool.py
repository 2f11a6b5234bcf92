"""Work in processes forked from this one: what they share, as an engine and its zygote, crosses
no pipe."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import Any, TypeVar

from grader.errors import GraderError
from grader.sandbox.walls import jail

Item = TypeVar("Item")
Result = TypeVar("Result")


def usable_cores() -> int:
    """How many processes may compute at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def forked(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int, doing: str
) -> Iterator[list[Future[Result]]]:
    """The results to come of `function` for each of `items`, in their order, `jobs` at a time.

    Leaving the block early ends what is in flight. `doing` says in messages what the processes do.

    Raises:
        GraderError: a process was killed.
    """
    others = set(active_children())
    with ProcessPoolExecutor(
        min(jobs, len(items)), get_context("fork"), initializer=adopt, initargs=(function, items)
    ) as pool:
        try:
            yield [pool.submit(work, number) for number in range(len(items))]
        except BrokenProcessPool:
            raise GraderError(f"a {doing} process was killed; is there enough memory?") from None
        except BaseException:
            # Left alone, each would go on to its item's end, and the pool waits.
            for process in set(active_children()) - others:
                process.kill()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


# What a forked process works on; set once, as only small things should cross its pipe.
_adopted: tuple[Callable[[Any], Any], Sequence[Any]]


def adopt(function: Callable[[Any], Any], items: Sequence[Any]) -> None:
    global _adopted
    _adopted = (function, items)
    # Ctrl-C reaches the whole process group; the process that asked deals with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever ends the process that asked, nothing goes on without it.
    jail.prctl(jail.PR_SET_PDEATHSIG, signal.SIGKILL)


def work(number: int) -> Any:
    function, items = _adopted
    return function(items[number])
