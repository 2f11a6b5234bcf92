"""Files of others read within a bound, and our own written by replacing them as a whole."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from grader.text import printable


class FileError(ValueError):
    """One file can't be used, for a reason that does not name the file yet."""


def read_file(path: Path, limit: int, advice: str = "") -> bytes:
    """Read a regular file of at most `limit` bytes; never follows a link, never blocks.

    Args:
        advice: what to do about a file that is larger.

    Raises:
        FileError: it is no regular file, too large, or changed meanwhile.
        OSError: it can't be read.
    """
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise FileError(f"it is {_kind(mode)}; put the file itself there")
    # The flags hold if the file is exchanged between the two calls; Windows has neither.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"it is {_kind(status.st_mode)}; put the file itself there")
        if status.st_size > limit:
            raise FileError(too_large(limit, advice))
        data = file.read(status.st_size + 1)
    if len(data) != status.st_size:
        raise FileError("it changed while it was read; try again")
    return data


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "a folder" if stat.S_ISDIR(mode) else "a pipe, socket or device"


def too_large(limit: int, advice: str) -> str:
    """Why a file of more than `limit` bytes is not read; `advice`, if there is any, comes after."""
    return f"it is larger than {limit >> 20} MiB" + (f"; {advice}" if advice else "")


def os_reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or folder; check the path"
    if isinstance(error, PermissionError):
        return "no permission to read it; change its permissions"
    if error.errno == errno.ELOOP:
        return "it is a symbolic link; put the file itself there"
    reason = error.strerror or str(error)
    return f"it can't be read ({printable(reason, 100)}); check the path"


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content replaces the file at `path` at the block's end, if all went well.

    A reader sees the old file or the new one, never a part.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Made anew: the folder may be a student's, who could have put a link there beforehand.
        beside.unlink(missing_ok=True)
        with beside.open("xb") as stream:
            yield stream
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the file at `path` as a whole."""
    with replacing(path) as stream:
        stream.write(content)
