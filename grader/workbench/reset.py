"""Bring a stub back, and keep what lies in its place beside it: relu.py.1, relu.py.2, …"""

from __future__ import annotations

import os
import stat
from itertools import count
from pathlib import Path

from grader.course.manifest import Course
from grader.course.stubs import original_stub
from grader.files import write_bytes


class ResetError(ValueError):
    """The stub can't be brought back: one line for the student."""


def pristine_stub(course: Course, slug: str) -> str:
    """The stub as it was handed out: made from the solution, or where there are none, the copy
    that `.grader/stubs/` holds in a repository for students.

    Raises:
        ResetError: neither is there.
    """
    stub = original_stub(course, slug)
    if stub is not None:
        return stub
    raise ResetError(
        f"no copy of the stub is at hand ({course.kept_stub_path(slug)} is missing); "
        f"`git log -- assignments/{slug}.py` finds the version to go back to"
    )


def reset_module(path: Path, stub: str) -> Path | None:
    """Make `stub` the module at `path`; what was there is kept beside it.

    Links are not followed: a link is kept as a link, and what it points to stays as it is.

    Returns:
        Where the old module is; None if there was none, or if it already was the stub.

    Raises:
        ResetError: a folder or something else that is no file lies there.
        OSError: reading or writing failed; the module is as it was.
    """
    content = stub.encode("utf-8")
    kept = keep(path, content) if os.path.lexists(path) else None
    write_bytes(path, content)
    return kept


def keep(path: Path, unless: bytes) -> Path | None:
    """A copy of the file or link at `path` under the first number that is free; or None if it is a
    file of the bytes `unless`."""
    mode = path.lstat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise ResetError(f"{path.name} is not a file; move it away, then try again")
    old = path.read_bytes() if stat.S_ISREG(mode) else b""
    if stat.S_ISREG(mode) and old == unless:
        return None
    for number in count(1):
        kept = path.with_name(f"{path.name}.{number}")
        try:
            # Both fail if something of this name is there, a dangling link included.
            if stat.S_ISLNK(mode):
                kept.symlink_to(os.readlink(path))
            else:
                with kept.open("xb") as file:
                    file.write(old)
        except FileExistsError:
            continue
        return kept
    raise AssertionError("numbers do not end")
