"""A worker's temporary folder: made before the worker, removed after it, whatever it left there.

Where both ended before that could be done, whoever makes such folders next removes it: whose folder
it was shows in its owner, and that nobody uses it in its lock.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from grader.sandbox.walls.jail import FIRST_UID, SCRATCH_FILES, SCRATCH_MIB

if os.name == "posix":
    import fcntl

PREFIX = "grader-worker-"
REMOVAL_S = 60.0
SCRATCH_BLOCKS = SCRATCH_MIB << 11
DEEPEST = 100  # folders in folders; there is no need for more
LOOKS = 20  # at a folder in which others vanish while it is looked at
ABANDONED_S = 2.0  # for all folders of ended runs; what remains is for the next run

if os.name == "posix":
    OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def make_scratch() -> Path:
    """An empty folder that only this user can enter; the path holds no links."""
    return Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()


def make_held_scratch() -> tuple[Path, int]:
    """The same, and a descriptor: while a process has it open, nobody takes it for abandoned."""
    while True:
        path = make_scratch()
        # Somebody who looks for abandoned folders may be faster.
        with contextlib.suppress(FileNotFoundError):
            folder = os.open(path, OPEN_FOLDER)
            with contextlib.suppress(OSError):  # where there are no locks, nobody gets one either
                fcntl.flock(folder, fcntl.LOCK_SH)
            if os.path.lexists(path):
                return path, folder
            os.close(folder)


def remove_abandoned() -> None:
    """Remove the folders that ended runs of this user have left, as far as there is time."""
    deadline = time.monotonic() + ABANDONED_S
    is_made_here = re.compile(rf"{PREFIX}[a-z0-9_]{{8}}").fullmatch
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if is_made_here(entry.name) and time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    _remove_if_abandoned(Path(entry.path), deadline)


def _remove_if_abandoned(path: Path, deadline: float) -> None:
    owner = os.lstat(path).st_uid
    # A worker of root may have been given its folder.
    if owner != os.geteuid() and not (os.geteuid() == 0 and owner >= FIRST_UID):
        return
    folder = os.open(path, OPEN_FOLDER)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _empty(folder, deadline)
        os.rmdir(path)
    finally:
        os.close(folder)


def is_overfull(path: Path) -> bool:
    """Whether a worker put more into its folder than a file system of its own would take.

    Where it has that, nothing of it is seen from here. A folder that won't keep still is taken to
    hide something.
    """
    for _ in range(LOOKS):
        with contextlib.suppress(OSError):
            top = _open_folder(path)
            try:
                total = 0
                for files, blocks in enumerate(_blocks_below(top), 1):
                    total += blocks
                    if files > SCRATCH_FILES or total > SCRATCH_BLOCKS:
                        return True
                return False
            finally:
                os.close(top)
    return True


def _blocks_below(folder: int, depth: int = 0) -> Iterator[int]:
    """What each file and folder takes, in blocks of 512 bytes."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            blocks = 0
            with contextlib.suppress(FileNotFoundError):  # gone by now
                blocks = entry.stat(follow_symlinks=False).st_blocks
            yield blocks
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
    if folders and depth == DEEPEST:
        yield SCRATCH_BLOCKS + 1
    for name in folders:
        inner = _open_folder(name, folder)
        try:
            yield from _blocks_below(inner, depth + 1)
        finally:
            os.close(inner)


def remove_scratch(path: Path) -> bool:
    """Remove the folder `path` and all that is in it; returns whether nothing is left.

    Links are removed, not followed. Folders in folders are moved to the top before they are
    removed, one at a time: so neither the depth of a tree nor the length of a path matters. It
    takes REMOVAL_S at most and never raises.
    """
    with contextlib.suppress(OSError):
        top = _open_folder(path)
        try:
            _empty(top, time.monotonic() + REMOVAL_S)
        finally:
            os.close(top)
        os.rmdir(path)
    return not os.path.lexists(path)


def _empty(top: int, deadline: float) -> None:
    """Remove what is in the folder open as `top`; what can't be removed is left."""
    # Nobody can have made a folder of this name to be in the way.
    fresh_names = (f"{secrets.token_hex(16)}-{i}" for i in itertools.count())
    folders = list(_remove_files(top, deadline))
    while folders and time.monotonic() < deadline:
        name = folders.pop()
        with contextlib.suppress(OSError):
            folder = _open_folder(name, top)
            try:
                for inner, moved in zip(_remove_files(folder, deadline), fresh_names, strict=False):
                    with contextlib.suppress(OSError):
                        _move(inner, folder, moved, top)
                        folders.append(moved)
            finally:
                os.close(folder)
            os.rmdir(name, dir_fd=top)


def _remove_files(folder: int, deadline: float) -> Iterator[str]:
    """Remove all but the folders in `folder`, as far as there is time; yields their names."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if time.monotonic() > deadline:
                return
            if entry.is_dir(follow_symlinks=False):
                yield entry.name
            else:
                with contextlib.suppress(OSError):
                    os.unlink(entry.name, dir_fd=folder)


def _move(name: str, source: int, new_name: str, target: int) -> None:
    try:
        os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=target)
    except PermissionError:  # to be moved, a folder has to be writable
        os.close(_open_folder(name, source))
        os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=target)


def _open_folder(name: str | Path, parent: int | None = None) -> int:
    """Open a folder and make it ours to read and change, whatever its mode was."""
    try:
        folder = os.open(name, OPEN_FOLDER, dir_fd=parent)
    except PermissionError:
        _make_accessible(name, parent)
        folder = os.open(name, OPEN_FOLDER, dir_fd=parent)
    with contextlib.suppress(OSError):  # root need not own it
        os.fchmod(folder, stat.S_IRWXU)
    return folder


def _make_accessible(name: str | Path, parent: int | None) -> None:
    """chmod without following a link: Linux has no such call, but a way around it."""
    if os.chmod in os.supports_follow_symlinks:
        os.chmod(name, stat.S_IRWXU, dir_fd=parent, follow_symlinks=False)
        return
    handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    try:
        os.chmod(f"/proc/self/fd/{handle}", stat.S_IRWXU)
    finally:
        os.close(handle)
