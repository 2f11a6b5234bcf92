"""Zip and tar archives, read in memory: nothing is ever extracted, and every size is bounded.

An archive is refused as a whole (ArchiveError) if it is damaged, or if it is made to unpack to more
than anyone hands in. A member that is damaged on its own, or no plain file, is refused when it is
read.
"""

from __future__ import annotations

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from grader.submissions.archives.bounds import (
    NOT_PLAIN,
    ArchiveEntry,
    ArchiveError,
    Bounds,
    damaged,
)
from grader.submissions.archives.tars import DECOMPRESSORS, Tar, is_tar_header
from grader.submissions.archives.zips import Zip
from grader.submissions.names import history_in, junk_in
from grader.text import show_name

# What zipfile, tarfile's header parser and the decompressors raise on damaged input.
_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError,
    OSError, ValueError, ArithmeticError, LookupError, RuntimeError, MemoryError,
)  # fmt: skip


class Archive:
    """An archive whose every entry has been judged harmless.

    `members` are its files by path, without what systems leave behind, in the order in which they
    are read quickest; `folders` are the paths of those that it names; `passed_over` are those of
    what systems leave behind, and `histories` those of them in which Git keeps commits.

    Args:
        data: the archive's bytes.
        bounds: what it may unpack to; what it does is taken off.

    Raises:
        ArchiveError: it is none, damaged or dangerous.
    """

    def __init__(self, data: bytes, bounds: Bounds) -> None:
        with _damage_as_archive_error():
            self._content = _open(data, bounds)
            _refuse_duplicates([entry for entry in self._content.entries if entry.parts])
        self.members: dict[str, ArchiveEntry] = {}
        self.folders: set[str] = set()
        self.passed_over: set[str] = set()
        self.histories: set[str] = set()
        for entry in sorted(self._content.entries, key=lambda entry: entry.offset):
            place = "/".join(entry.parts)
            if junk := junk_in(place):
                self.passed_over.add(junk)
                if entry.is_file and history_in(place) == junk:
                    self.histories.add(junk)
            elif not entry.is_file:
                self.folders.add(place)
            elif place:
                self.members[place] = entry

    def read(self, entry: ArchiveEntry) -> bytes:
        """Unpack a member, `entry.size` bytes; quickest in the order of `entry.offset`.

        Raises:
            ArchiveError: it is no plain file, damaged, or not what the archive says.
        """
        if not entry.is_plain:
            raise ArchiveError(NOT_PLAIN)
        with _damage_as_archive_error():
            return self._content.read(entry)


@contextmanager
def _damage_as_archive_error() -> Iterator[None]:
    try:
        yield
    except ArchiveError:
        raise
    except _DAMAGE as error:
        raise damaged(str(error) or type(error).__name__) from None


class _Format(Protocol):
    entries: list[ArchiveEntry]

    def read(self, entry: ArchiveEntry) -> bytes: ...


def _open(data: bytes, bounds: Bounds) -> _Format:
    if data.startswith(b"PK"):
        return Zip(data, bounds)
    for magic, new_decompressor in DECOMPRESSORS.items():
        if data.startswith(magic):
            return Tar(data, new_decompressor, bounds)
    if is_tar_header(data[: tarfile.BLOCKSIZE]):
        return Tar(data, None, bounds)
    raise ArchiveError(
        "it is neither a module (.py) or notebook (.ipynb) nor a zip or tar archive (or its "
        "beginning is damaged); hand in a folder, a module, or a .zip of them"
    )


def _refuse_duplicates(entries: Sequence[ArchiveEntry]) -> None:
    seen: dict[tuple[str, ...], ArchiveEntry] = {}
    for entry in entries:
        other = seen.setdefault(entry.parts, entry)
        if other is not entry and (other.is_file or entry.is_file):
            raise ArchiveError(
                f"member '{show_name('/'.join(entry.parts))}' is in it twice; "
                "make the archive again with one of them"
            )
