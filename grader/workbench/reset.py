"""Bring a stub back, and keep what lies in its place beside it: relu.py.1, relu.py.2, …

A notebook is brought back where one lies: a student who works in one may have an untouched module
beside it.
"""

from __future__ import annotations

import os
import stat
from itertools import count
from pathlib import Path

from grader.course.manifest import Course
from grader.course.stubs import original_stub
from grader.files import write_bytes
from grader.submissions.notebook import make_notebook


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


def reset_assignment(course: Course, folder: Path, slug: str) -> list[tuple[Path, Path | None]]:
    """Make module and notebook of `slug` in `folder` what was handed out.

    Returns:
        Each file, and where what lay there is now; None if nothing did, or only the stub.

    Raises:
        ResetError, OSError: as `pristine_stub` and `reset_module`.
    """
    stub = pristine_stub(course, slug)
    contents = {folder / f"{slug}.py": stub.encode()}
    notebook = folder / f"{slug}.ipynb"
    if os.path.lexists(notebook):
        trains = bool(course.assignment(slug).epochs)
        contents[notebook] = make_notebook(stub, slug, trains=trains)
    for path in contents:  # both, or neither
        refuse_what_is_no_file(path)
    return [(path, reset_module(path, content)) for path, content in contents.items()]


def reset_module(path: Path, content: bytes) -> Path | None:
    """Make `content` the file at `path`; what was there is kept beside it.

    Links are not followed: a link is kept as a link, and what it points to stays as it is.

    Returns:
        Where the old file is; None if there was none, or if it already was the stub.

    Raises:
        ResetError: a folder or something else that is no file lies there.
        OSError: reading or writing failed; the file is as it was.
    """
    refuse_what_is_no_file(path)
    kept = keep(path, content) if os.path.lexists(path) else None
    write_bytes(path, content)
    return kept


def refuse_what_is_no_file(path: Path) -> None:
    if os.path.lexists(path):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
            raise ResetError(f"{path.name} is not a file; move it away, then try again")


def keep(path: Path, unless: bytes) -> Path | None:
    """A copy of the file or link at `path` under the first number that is free; or None if it is a
    file of the bytes `unless`."""
    mode = path.lstat().st_mode
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
