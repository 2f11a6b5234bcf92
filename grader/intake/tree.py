"""A class's files, in a folder or in a zip, seen in the same way: names, and what is behind them.

Nothing is extracted, and symbolic links are not followed. A zip may be of any size, as it is read
member by member; each submission in it is held to a submission's bounds.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

from grader.files import FileError, os_reason, read_file
from grader.submissions.archive import ArchiveError
from grader.submissions.reading import (
    ARCHIVE_SUFFIX,
    MAX_ARCHIVE_BYTES,
    MODULE_SUFFIXES,
    Submission,
    SubmissionError,
    advice,
    load_archive_bytes,
    load_files,
    load_module,
    load_submission,
    max_bytes,
)
from grader.text import show_name

Kind = Literal["folder", "file", "link"]
Parts = tuple[str, ...]  # a path within the class; () is the class itself

JUNK = frozenset({
    "__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git", ".DS_Store", "Thumbs.db",
    "desktop.ini",
})  # fmt: skip
MAX_DEPTH = 3  # folders in a folder, each alone in it, that are looked into


class Room(Protocol):
    """A folder or a zip; `path` is where a folder lies, None within a zip."""

    def names(self, inside: Parts = ()) -> Mapping[str, Kind]:
        """What lies in a folder, junk left out, in the order of the names."""

    def path(self, parts: Parts) -> Path | None: ...

    def read(self, parts: Parts, limit: int) -> bytes:
        """A file; raises FileError or OSError if it can't be read or has more than `limit`."""

    def load(self, parts: Parts, slugs: Sequence[str]) -> Submission:
        """A folder, module or archive as a submission; raises SubmissionError."""


def load_item(room: Room, parts: Parts, slugs: Sequence[str], depth: int = 0) -> Submission:
    """As `room.load`, but where a folder holds nothing but another or an archive, that is meant."""
    submission = room.load(parts, slugs)
    if submission.sources or submission.problems or depth == MAX_DEPTH:
        return submission
    if room.names(parts[:-1]).get(parts[-1]) != "folder":
        return submission
    names = room.names(parts)
    wanted = [n for n, kind in names.items() if kind == "folder" or ARCHIVE_SUFFIX.search(n)]
    if len(wanted) != 1:
        return submission
    inner = load_item(room, (*parts, wanted[0]), slugs, depth + 1)
    return replace(inner, name=submission.name)


def is_submission_file(name: str) -> bool:
    """Whether a file of this name can be a submission: a module, notebook or archive."""
    return name.lower().endswith(MODULE_SUFFIXES) or bool(ARCHIVE_SUFFIX.search(name))


def is_junk(name: str) -> bool:
    """What systems leave behind."""
    return name in JUNK or name.startswith("._")


# ---------------------------------------------------------------- a folder


class FolderRoom:
    """A class in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self, inside: Parts = ()) -> dict[str, Kind]:
        names: dict[str, Kind] = {}
        with os.scandir(self._folder.joinpath(*inside)) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if is_junk(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    names[entry.name] = "folder"
                else:
                    is_file = entry.is_file(follow_symlinks=False)
                    names[entry.name] = "file" if is_file else "link"
        return names

    def path(self, parts: Parts) -> Path:
        return self._folder.joinpath(*parts)

    def read(self, parts: Parts, limit: int) -> bytes:
        return read_file(self.path(parts), limit, advice(parts[-1]))

    def load(self, parts: Parts, slugs: Sequence[str]) -> Submission:
        return load_submission(self.path(parts), slugs)


# ---------------------------------------------------------------- a zip


@dataclass
class Node:
    """A name in a zip: a folder with what is in it, or the members that are files of that name."""

    inside: dict[str, Node] = field(default_factory=dict)
    members: list[zipfile.ZipInfo] = field(default_factory=list)


class ZipRoom:
    """A class in a zip."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self._root = Node()
        for info in archive.infolist():
            parts = zip_parts(info.filename)
            if any(is_junk(part) for part in parts):
                continue
            node = self._root
            for part in parts:
                node = node.inside.setdefault(part, Node())
            if not info.is_dir():
                node.members.append(info)

    def names(self, inside: Parts = ()) -> dict[str, Kind]:
        return {name: kind_of(node) for name, node in sorted(self._node(inside).inside.items())}

    def path(self, parts: Parts) -> None:
        return None

    def read(self, parts: Parts, limit: int) -> bytes:
        members = self._node(parts).members
        if len(members) != 1:
            raise FileError("it is in the zip twice" if members else "it is a folder")
        info = members[0]
        if is_link(info):
            raise FileError("it is a symbolic link; put the file itself there")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileError("it is compressed by a method that is not supported")
        try:
            with self._zip.open(info) as file:
                data = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as e:
            raise FileError(f"it is damaged or encrypted ({e})") from None
        if len(data) > limit:
            raise FileError(f"it is larger than {limit >> 20} MiB; hand in source code only")
        return data

    def load(self, parts: Parts, slugs: Sequence[str]) -> Submission:
        name = parts[-1]
        try:
            if kind_of(self._node(parts)) == "folder":
                places = ["/".join(place) for place in self._places(self._node(parts))]
                return load_files(
                    name,
                    places,
                    lambda place: self.read((*parts, *place.split("/")), max_bytes(place)),
                    slugs,
                )
            return load_file(self, parts, name, slugs)
        except OSError as error:
            raise SubmissionError(f"{show_name(name)}: {os_reason(error)}") from None

    def _node(self, parts: Parts) -> Node:
        node = self._root
        for part in parts:
            node = node.inside[part]
        return node

    def _places(self, folder: Node) -> Iterator[Parts]:
        """The files that can matter: at the top, and in folders there."""
        for name, node in sorted(folder.inside.items()):
            if kind_of(node) == "folder":
                yield from ((name, inner) for inner in sorted(node.inside))
            else:
                yield (name,)


def load_file(room: Room, parts: Parts, name: str, slugs: Sequence[str]) -> Submission:
    """The module or archive at `parts`, that the student called `name`.

    Raises:
        SubmissionError: it can't be used.
    """
    try:
        if name.lower().endswith(MODULE_SUFFIXES):
            return load_module(name, lambda _: room.read(parts, max_bytes(name)), slugs)
        data = room.read(parts, MAX_ARCHIVE_BYTES)
        return load_archive_bytes(ARCHIVE_SUFFIX.sub("", name) or name, data, slugs)
    except (SubmissionError, ArchiveError, FileError) as error:
        raise SubmissionError(f"{show_name(name)}: {error}") from None
    except OSError as error:
        raise SubmissionError(f"{show_name(name)}: {os_reason(error)}") from None


def zip_parts(name: str) -> Parts:
    """A member's path. Nothing is extracted, so a name that leads elsewhere is but a name: what
    climbs is kept together with the name that it climbs to."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    while len(parts) > 2 and parts[0].endswith(".."):
        parts[:2] = [f"{parts[0]}/{parts[1]}"]
    return tuple(parts)


def kind_of(node: Node) -> Kind:
    if not node.members:
        return "folder"
    return "link" if any(is_link(info) for info in node.members) else "file"


def is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR)


# ---------------------------------------------------------------- opening


@contextmanager
def open_room(path: Path) -> Iterator[Room]:
    """The class at `path`.

    Raises:
        SubmissionError: it is neither a folder nor a zip.
    """
    if path.is_dir():
        yield FolderRoom(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else "it is no folder and no zip"
        raise SubmissionError(
            f"{show_name(str(path))}: {reason}; name the folder that holds the submissions, or "
            "the zip that the course system made of them"
        ) from None
    with archive:
        yield ZipRoom(archive)


def descend(room: Room, slugs: Sequence[str]) -> Parts:
    """Where the submissions lie: within folders that have nothing beside them."""
    parts: Parts = ()
    for _ in range(MAX_DEPTH):
        names = room.names(parts)
        if list(names.values()) != ["folder"]:
            break
        below = (*parts, *names)
        if holds_modules(room.names(below), slugs):
            break  # a class of one
        parts = below
    return parts


def holds_modules(names: Collection[str], slugs: Sequence[str]) -> bool:
    return "assignments" in names or any(Path(name).stem in slugs for name in names)
