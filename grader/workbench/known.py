"""Where the results of a student's own checks are kept from one command to the next."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from grader.course.manifest import Course
from grader.grading.known.cache import Cache


def open_cache(
    course: Course, seed: int, note: Callable[[str], None], *, again: bool = False
) -> Cache | None:
    """The user's own cache; None where there can't be one.

    Args:
        note: is told where what others may write is not believed.
        again: as of `Cache`.
    """
    try:
        folder = user_cache_folder() / "grader" / "results"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_ones_own(folder):
            note(f"{folder} may be written by others, so nothing in it is believed; remove it")
            return None
    except (OSError, RuntimeError):  # no home folder, or none to write to: checks just take longer
        return None
    return Cache(
        folder, course, seed, lambda why: note(f"results can't be kept in {why}"), again=again
    )


def user_cache_folder() -> Path:
    """Where this user's programs keep what they can make again, by the system's custom.

    Raises:
        RuntimeError: the user has no home folder.
    """
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():  # the specification has others ignored
        return chosen
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def is_ones_own(folder: Path) -> bool:
    """Whether nobody but this user can write to `folder`. On Windows a profile is its user's."""
    if sys.platform == "win32":
        return True
    status = folder.stat()
    writable = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return status.st_uid == os.geteuid() and not writable
