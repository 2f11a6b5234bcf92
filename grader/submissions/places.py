"""Where the files of a hand-in lie: in a folder, in an archive, and in archives among them.

Nothing is read here but archives; no link is followed, and all there can be of anything is bounded.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from grader.files import FileError, os_reason, read_file, too_large
from grader.submissions.archives.archive import Archive
from grader.submissions.archives.bounds import ArchiveError, Bounds
from grader.submissions.decoding import MAX_MODULE_BYTES
from grader.submissions.kinds import kind_of, package_by_name
from grader.submissions.names import (
    ARCHIVE_SUFFIX,
    ENVIRONMENT,
    is_junk,
    is_library,
    is_no_work,
    split_ending,
)
from grader.text import fold_name

MAX_NOTEBOOK_BYTES = 16 << 20  # with its outputs; its code is held to a module's bound
MAX_ARCHIVE_BYTES = 64 << 20
MAX_FILES = 20_000  # files and folders of a folder that are looked at
MAX_DEPTH = 40  # folders in each other that are looked into

_CHECKS = "checks/__init__.py"
_TOO_MANY = f"there are more than {MAX_FILES} files; hand in the modules alone"


@dataclass
class Files:
    """The files of a hand-in by place, each with what reads it, in the order in which that is
    quickest; all its folders; of what can't be looked into, why; what systems and editors have left
    behind, of which a folder counts as one; and those of these in which Git keeps commits."""

    readers: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    unopened: dict[str, str] = field(default_factory=dict)
    passed_over: set[str] = field(default_factory=set)
    histories: set[str] = field(default_factory=set)

    def __or__(self, others: Files) -> Files:
        return Files(
            self.readers | others.readers,
            self.folders | others.folders,
            self.unopened | others.unopened,
            self.passed_over | others.passed_over,
            self.histories | others.histories,
        )

    def without_graders(self) -> Files:
        """These but for the grader in a copy of the course, whose checks have assignments' names:
        it is known by the package that those are in."""
        ours = tuple(
            place.removesuffix(_CHECKS)
            for place in self.readers
            if f"/{place}".endswith(f"/grader/{_CHECKS}")
        )
        return replace(
            self,
            readers={p: read for p, read in self.readers.items() if not p.startswith(ours)},
            folders={folder for folder in self.folders if not f"{folder}/".startswith(ours)},
        )


def walk(top: Path) -> Files:
    """The files below a folder, those in the fewest folders first; no link is followed.

    Libraries come last, as there can be more of them than are looked at.
    """
    files = Files()
    left = MAX_FILES
    folders, libraries = deque([""]), deque[str]()
    while folders or libraries:
        in_library = not folders
        folder = (folders or libraries).popleft()
        try:
            with os.scandir(top / folder) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise
            files.unopened[folder.rstrip("/")] = os_reason(error)
            continue
        in_library |= any(entry.name == ENVIRONMENT for entry in entries)
        for entry in entries:
            place = f"{folder}{entry.name}"
            if is_junk(entry.name):
                if not (in_library or _is_unborn(entry)) and len(files.passed_over) < MAX_FILES:
                    files.passed_over.add(place)
                    if entry.name == ".git" and entry.is_dir(follow_symlinks=False):
                        files.histories.add(place)
                continue
            left -= 1
            if left < 0:
                if not in_library:
                    files.unopened["the rest"] = _TOO_MANY
                return files
            if entry.is_dir(follow_symlinks=False):
                files.folders.add(place)
                if place.count("/") < MAX_DEPTH:
                    inner = libraries if in_library or is_library(entry.name) else folders
                    inner.append(f"{place}/")
                continue
            files.readers[place] = partial(read_file, top / place, max_bytes(place), advice(place))
            if entry.is_symlink() and fold_name(entry.name) == "assignments":
                files.unopened[place] = "it is a symbolic link; put the folder itself there"
    return files


def _is_unborn(entry: os.DirEntry[str]) -> bool:
    """Whether it is the `.git` of a clone to which nobody has pushed anything."""
    objects = Path(entry.path, "objects")
    if not entry.is_dir(follow_symlinks=False):
        return False
    try:
        return {*os.listdir(objects), *os.listdir(objects / "pack")} <= {"info", "pack"}
    except OSError:
        return False


def unpack(archive: Archive, around: str = "") -> Files:
    """The files of an archive, their places below `around`.

    Raises:
        ArchiveError: it holds nothing.
    """
    if not (archive.members or archive.folders or archive.passed_over):
        raise ArchiveError("there is nothing in it; make it again from the modules")
    return Files(
        {f"{around}{place}": partial(_read_member, archive, place) for place in archive.members},
        {f"{around}{folder}" for folder in archive.folders},
        passed_over={f"{around}{place}" for place in archive.passed_over},
        histories={f"{around}{place}" for place in archive.histories},
    )


def _read_member(archive: Archive, place: str) -> bytes:
    entry = archive.members[place]
    if entry.size > (limit := max_bytes(place)):
        raise FileError(too_large(limit, advice(place)))
    return archive.read(entry)


def packed(files: Files, bounds: Bounds) -> Files:
    """The files in the archives among `files`, as if each archive were a folder."""
    inside = Files()
    for place, read in files.readers.items():
        if not ARCHIVE_SUFFIX.search(place) or is_no_work(place.split("/")[:-1]):
            continue
        try:
            data = read()
            bounds.take(len(data))
            if (kind := kind_of(data)) is not None:
                raise FileError(str(kind))
            unpacked = unpack(Archive(data, bounds), f"{place}/")
        except ArchiveError as error:
            inside.unopened[place] = str(package_by_name(place) or error)
        except FileError as error:
            inside.unopened[place] = str(error)
        except OSError as error:
            inside.unopened[place] = os_reason(error)
        else:
            inside |= unpacked
    return inside


def max_bytes(place: str) -> int:
    """How large a file of this name may be to be read."""
    if ARCHIVE_SUFFIX.search(place):
        return MAX_ARCHIVE_BYTES
    ending = split_ending(place.rpartition("/")[2])
    return MAX_NOTEBOOK_BYTES if ending and ending[1] == ".ipynb" else MAX_MODULE_BYTES


def advice(place: str) -> str:
    """What to do about a file of this name that is larger."""
    is_notebook = max_bytes(place) == MAX_NOTEBOOK_BYTES
    return "clear its outputs" if is_notebook else "hand in source code only"
