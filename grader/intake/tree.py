"""A class's files, in a folder or in a zip, seen in the same way: names, and what is behind them.

Nothing is extracted, and symbolic links are not followed. A zip may be of any size, as it is read
member by member; each submission in it is held to a submission's bounds. Names are composed (NFC),
as course systems write them, also where macOS has taken their accents off the letters.
"""

from __future__ import annotations

import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from grader.files import FileError, os_reason, read_file, too_large
from grader.submissions.archives.bounds import NOT_PLAIN, ArchiveError
from grader.submissions.archives.zips import is_plain_member, member_name
from grader.submissions.finding import is_version
from grader.submissions.kinds import kind_by_name
from grader.submissions.model import Submission, SubmissionError
from grader.submissions.names import ARCHIVE_SUFFIX, is_junk, split_ending
from grader.submissions.places import advice, max_bytes
from grader.submissions.reading import load_files, load_single, load_submission
from grader.text import fold_name, show_name

Kind = Literal["folder", "file", "link"]
Parts = tuple[str, ...]  # a path within the class; () is the class itself

MAX_DEPTH = 3  # folders in a folder, each alone in it, that are looked into
_ENCRYPTED = 0x1  # a flag of a zip's member
# What Moodle, ILIAS and Sakai name after a person, who is ". Ann" there where they have one name.
_SOMEBODYS = re.compile(
    r"\.(?!_).*_\d+_assignsubmission_.*|\.[^_]*(?:_[^_]+){2,}_\d+|\.[^_]*, .*\(.+\)", re.S
)
# What course systems and people put beside the hand-ins.
_BESIDE = frozenset({
    "index", "readme", "instructions", "syllabus", "feedback", "grades", "gradebook", "roster",
})  # fmt: skip


class Tree(Protocol):
    """A folder or a zip; `path` is where a folder lies, None within a zip."""

    def names(self, inside: Parts = ()) -> Mapping[str, Kind]:
        """What lies in a folder, junk left out, in the order of the names."""

    def path(self, parts: Parts) -> Path | None: ...

    def read(self, parts: Parts, limit: int) -> bytes:
        """A file; raises FileError or OSError if it can't be read or has more than `limit`."""

    def load(self, parts: Parts, slugs: Sequence[str]) -> Submission:
        """A folder, module or archive as a submission; raises SubmissionError."""


def is_submission_file(name: str) -> bool:
    """Whether a file of this name can be somebody's hand-in, also one that can't be read."""
    if split_ending(name) is not None or ARCHIVE_SUFFIX.search(name):
        return True
    return kind_by_name(name) is not None and fold_name(Path(name).stem) not in _BESIDE


def is_left_out(name: str, is_folder: bool) -> bool:
    """Whether this is junk, and nobody's. Beside each name macOS may leave a file "._" and it."""
    somebodys = (is_folder or not name.startswith("._")) and _SOMEBODYS.fullmatch(name)
    return is_junk(name) and not somebodys


# ---------------------------------------------------------------- a folder


class FolderTree:
    """A class in a folder, without what lies in it at `apart`."""

    def __init__(self, folder: Path, apart: Path | None = None) -> None:
        self._folder = folder
        self._apart = apart
        self._spelt: dict[Parts, str] = {}  # names that are written otherwise on the disk

    def names(self, inside: Parts = ()) -> dict[str, Kind]:
        names: dict[str, Kind] = {}
        with os.scandir(self.path(inside)) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
            as_written = {entry.name for entry in entries}
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_left_out(entry.name, is_folder) or self._is_apart(entry):
                    continue
                name = composed(entry.name)
                if name != entry.name and name in as_written:
                    name = entry.name  # both forms are there
                elif name != entry.name:
                    self._spelt[*inside, name] = entry.name
                if is_folder:
                    names[name] = "folder"
                else:
                    is_file = entry.is_file(follow_symlinks=False)
                    names[name] = "file" if is_file else "link"
        return names

    def path(self, parts: Parts) -> Path:
        ways = (parts[:depth] for depth in range(1, len(parts) + 1))
        return self._folder.joinpath(*(self._spelt.get(way, way[-1]) for way in ways))

    def read(self, parts: Parts, limit: int) -> bytes:
        return read_file(self.path(parts), limit, advice(parts[-1]))

    def load(self, parts: Parts, slugs: Sequence[str]) -> Submission:
        return load_submission(self.path(parts), slugs)

    def _is_apart(self, entry: os.DirEntry[str]) -> bool:
        if self._apart is None or entry.name != self._apart.name:
            return False
        return Path(entry.path).resolve() == self._apart


# ---------------------------------------------------------------- a zip


@dataclass
class Node:
    """A name in a zip: a folder with what is in it, or the members that are files of that name."""

    inside: dict[str, Node] = field(default_factory=dict)
    members: list[zipfile.ZipInfo] = field(default_factory=list)


class ZipTree:
    """A class in a zip."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self._root = Node()
        for info in archive.infolist():
            node = self._root
            for part in zip_parts(composed(member_name(info.filename, info.flag_bits))):
                node = node.inside.setdefault(part, Node())
            if not info.filename.endswith(("/", "\\")):
                node.members.append(info)

    def names(self, inside: Parts = ()) -> dict[str, Kind]:
        inner = sorted(self._node(inside).inside.items())
        kinds = {name: kind_of(node) for name, node in inner}
        return {n: kind for n, kind in kinds.items() if not is_left_out(n, kind == "folder")}

    def path(self, parts: Parts) -> None:
        return None

    def read(self, parts: Parts, limit: int) -> bytes:
        members = self._node(parts).members
        if len(members) != 1:
            raise FileError("it is in the zip twice" if members else "it is a folder")
        info = members[0]
        if not is_plain_member(info):
            raise FileError(NOT_PLAIN)
        if info.flag_bits & _ENCRYPTED:
            raise FileError("it is encrypted; hand it in without a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileError("it is compressed by a method that is not supported")
        try:
            with self._zip.open(info) as file:
                data = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as e:
            raise FileError(f"it is damaged ({e}); hand it in again") from None
        if len(data) > limit:
            raise FileError(too_large(limit, advice("/".join(parts))))
        return data

    def load(self, parts: Parts, slugs: Sequence[str]) -> Submission:
        name = parts[-1]
        try:
            if kind_of(self._node(parts)) == "folder":
                below = {"/".join(place): kind for place, kind in self._below(self._node(parts))}
                return load_files(
                    name,
                    [place for place, kind in below.items() if kind != "folder"],
                    lambda place: self.read((*parts, *place.split("/")), max_bytes(place)),
                    slugs,
                    folders=[place for place, kind in below.items() if kind == "folder"],
                )
            return load_file(self, parts, name, slugs)
        except OSError as error:
            raise SubmissionError(f"{show_name(name)}: {os_reason(error)}") from None

    def _node(self, parts: Parts) -> Node:
        node = self._root
        for part in parts:
            node = node.inside[part]
        return node

    def _below(self, folder: Node) -> Iterator[tuple[Parts, Kind]]:
        """What lies below a folder, junk as well."""
        around: list[tuple[Parts, Node]] = [((), folder)]
        while around:
            parts, node = around.pop()
            for name, inner in sorted(node.inside.items()):
                kind = kind_of(inner)
                yield (*parts, name), kind
                if kind == "folder":
                    around.append(((*parts, name), inner))


def load_file(tree: Tree, parts: Parts, name: str, slugs: Sequence[str]) -> Submission:
    """The module or archive at `parts`, that the student called `name`.

    Raises:
        SubmissionError: it can't be used.
    """
    try:
        return load_single(name, lambda limit: tree.read(parts, limit), slugs)
    except (SubmissionError, ArchiveError, FileError) as error:
        raise SubmissionError(f"{show_name(name)}: {error}") from None
    except OSError as error:
        raise SubmissionError(f"{show_name(name)}: {os_reason(error)}") from None


def composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def zip_parts(name: str) -> Parts:
    """A member's path. Nothing is extracted, so a name that leads elsewhere is but a name: what
    climbs is kept together with the name that it climbs to. Some systems write backslashes."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    while len(parts) > 2 and parts[0].endswith(".."):
        parts[:2] = [f"{parts[0]}/{parts[1]}"]
    return tuple(parts)


def kind_of(node: Node) -> Kind:
    if not node.members:
        return "folder"
    return "link" if any(not is_plain_member(info) for info in node.members) else "file"


# ---------------------------------------------------------------- opening


@contextmanager
def open_tree(path: Path, apart: Path | None = None) -> Iterator[Tree]:
    """The class at `path`.

    Args:
        apart: a folder that is no part of it, wherever it lies.

    Raises:
        SubmissionError: it is neither a folder nor a zip.
    """
    try:
        # Either raises where the name is too long, or a folder on the way may not be searched.
        archive = None if path.is_dir() else zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else "it is no folder and no zip"
        if isinstance(error, zipfile.BadZipFile) and begins_as_zip(path):
            reason = "it is damaged or not there as a whole, so download it again"
        raise SubmissionError(
            f"{show_name(str(path))}: {reason}; name the folder that holds the submissions, or "
            "the zip that the course system made of them"
        ) from None
    if archive is None:
        yield FolderTree(path, apart and apart.resolve())
        return
    with archive:
        yield ZipTree(archive)


def begins_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def descend(tree: Tree, slugs: Sequence[str]) -> Parts:
    """Where the submissions lie: within folders that have nothing beside them."""
    parts: Parts = ()
    for _ in range(MAX_DEPTH):
        names = tree.names(parts)
        if list(names.values()) != ["folder"]:
            break
        below = (*parts, *names)
        if is_version(below[-1]):
            return parts[:-1]  # a class of one
        if holds_modules(tree.names(below), slugs):
            break  # as well
        parts = below
    return parts


def holds_modules(names: Collection[str], slugs: Sequence[str]) -> bool:
    return "assignments" in names or any(Path(name).stem in slugs for name in names)
