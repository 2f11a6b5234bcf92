"""`grader release`: put the students' repository into a folder, over an older one if need be.

`.grader/release.json` in that folder keeps the SHA-256 of everything that was ever released there.
A file with another content is somebody's work: it stays, and the new one is written beside it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import msgspec

from grader.authoring.handout import WORKFLOW, make_handout
from grader.course.manifest import Course
from grader.files import write_bytes

UNSET = b'COURSE_REPOSITORY: ""'
OURS = ".grader/"  # no work of students lies there
RECORD = f"{OURS}release.json"
BESIDE = ".new"


class ReleaseError(ValueError):
    """Nothing can be released there: one line that says why."""


class Record(msgspec.Struct):
    """What was released: for each path the digests of all its versions, the latest one last."""

    files: dict[str, list[str]]
    version: int = 1


@dataclass
class Changes:
    """What a release did, by path."""

    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # edited, and new here: both are there now
    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # edited, and no longer part of the course
    is_ungraded: bool = False  # the workflow does not know yet where the course is


def release(course: Course, folder: Path, origin: str | None = None) -> Changes:
    """Write the students' repository to `folder`, which is new, empty, or an earlier release.

    An interrupted release is completed by the next one.

    Args:
        origin: OWNER/NAME@SHA, where the students' workflow is to fetch the course from; None: as
            the course's own workflow says.

    Raises:
        ReleaseError: `folder` is none of these, or lies within the course's repository, or
            `origin` can't be used.
        CourseError, StubError, CutError, GraderError: the course is not fit to be released.
        OSError: a file can't be read or written.
    """
    named = None if origin is None else parse_origin(origin)
    record = read_record(course, folder)
    files = make_handout(course)
    if named is not None:
        files[WORKFLOW] = with_origin(files.get(WORKFLOW), *named)
    for name in {*files, *record.files}:
        refuse_links(folder, name)
    former = {name: versions[-1] for name, versions in record.files.items()}
    for name, content in files.items():
        # First, not last: until all is written, the former version is the latest one there.
        record.files.setdefault(name, []).insert(0, digest(content))
    folder.mkdir(parents=True, exist_ok=True)
    keep(folder, record)

    changes = Changes()
    for name, content in files.items():
        versions = record.files[name]
        put(folder, name, content, versions, former.get(name), changes)
        record.files[name] = [*(v for v in versions if v != versions[0]), versions[0]]
    for name in sorted(record.files.keys() - files.keys()):
        withdraw(folder, name, record, changes)
    keep(folder, record)
    changes.is_ungraded = WORKFLOW in files and UNSET in files[WORKFLOW]
    return changes


def parse_origin(origin: str) -> tuple[str, str]:
    """The repository and the commit of OWNER/NAME@SHA.

    Raises:
        ReleaseError: `origin` is nothing like that.
    """
    named = re.fullmatch(r"([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)@([0-9a-f]{40})", origin)
    if named is None:
        raise ReleaseError(
            f"--course {origin!r}: write OWNER/NAME@SHA, with all 40 characters of the commit's SHA"
        )
    return named[1], named[2]


def with_origin(workflow: bytes | None, repository: str, commit: str) -> bytes:
    """The workflow that fetches the course from this commit of a repository.

    Raises:
        ReleaseError: there is no workflow, or it has no place for that.
    """
    text = workflow or b""
    for key, value in ((b"COURSE_REPOSITORY", repository), (b"COURSE_REF", commit)):
        text, count = re.subn(rb'(?m)^(\s+%s: )"[^"\n]*"' % key, rb'\1"%s"' % value.encode(), text)
        if count != 1:
            raise ReleaseError(f"{WORKFLOW}: no line sets {key.decode()}, so --course has no place")
    return text


def put(
    folder: Path,
    name: str,
    content: bytes,
    versions: list[str],
    former: str | None,
    changes: Changes,
) -> None:
    """Write one file, or put it beside an edited one if it is another than the `former` one."""
    path, beside = folder / name, folder / f"{name}{BESIDE}"
    if name.startswith(OURS) or is_ours(path, versions):
        if not path.is_file() or path.read_bytes() != content:
            replace(path, content)
            changes.written.append(name)
        if is_ours(beside, versions):
            beside.unlink(missing_ok=True)  # they have what it offered
    elif former != digest(content) and is_ours(beside, versions):
        replace(beside, content)
        changes.kept.append(name)


def withdraw(folder: Path, name: str, record: Record, changes: Changes) -> None:
    """Remove a file that is no longer part of the course, unless somebody has edited it."""
    path, beside = folder / name, folder / f"{name}{BESIDE}"
    if is_ours(beside, record.files[name]):
        beside.unlink(missing_ok=True)
    if not os.path.lexists(path):
        del record.files[name]
    elif is_ours(path, record.files[name]):
        path.unlink()
        del record.files[name]
        changes.removed.append(name)
    else:
        changes.left.append(name)


def is_ours(path: Path, versions: list[str]) -> bool:
    """Whether nothing lies there, or a file that some release wrote."""
    if not os.path.lexists(path):
        return True
    return path.is_file() and not path.is_symlink() and digest(path.read_bytes()) in versions


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, content)


def keep(folder: Path, record: Record) -> None:
    content = msgspec.json.format(msgspec.json.encode(record, order="sorted"), indent=1)
    replace(folder / RECORD, content + b"\n")


# ---------------------------------------------------------------- where it may go


def read_record(course: Course, folder: Path) -> Record:
    """What was released to `folder` before; refuses a folder that holds anything else."""
    place = folder.resolve()
    if place.is_relative_to(course.root):
        raise ReleaseError(
            f"{folder} lies within the course's repository; name a folder outside of it"
        )
    if folder.exists() and not folder.is_dir():
        raise ReleaseError(f"{folder} is not a folder; name a new one")
    path = folder / RECORD
    if not path.is_file():
        if folder.exists() and any(folder.iterdir()):
            raise ReleaseError(
                f"{folder} is not empty, and no earlier release; name a new folder or empty it"
            )
        return Record({})
    try:
        record = msgspec.json.decode(path.read_bytes(), type=Record)
    except msgspec.DecodeError as error:
        raise ReleaseError(
            f"{path} is damaged ({error}); bring it back from the repository's history"
        ) from None
    for name, versions in record.files.items():
        parts = PurePosixPath(name).parts
        if not versions or not parts or parts[0] == "/" or ".." in parts or "\\" in name:
            raise ReleaseError(
                f"{path} is damaged ({name!r}); bring it back from the repository's history"
            )
    return record


def refuse_links(folder: Path, name: str) -> None:
    """Refuse a path that a linked folder would lead out of `folder`."""
    for parent in list(PurePosixPath(name).parents)[:-1]:
        if (folder / parent).is_symlink():
            raise ReleaseError(
                f"{folder / parent} is a link; put a folder in its place, or release elsewhere"
            )


# ---------------------------------------------------------------- a fresh repository


def refuse_repository(folder: Path) -> None:
    """Refuse what `make_repository` can't start from, before anything is written.

    Raises:
        ReleaseError: there is no git, or `folder` has a history already.
    """
    if shutil.which("git") is None:
        raise ReleaseError("git is not installed; install it, or leave --git out")
    if os.path.lexists(folder / ".git"):
        raise ReleaseError(
            f"{folder} is a Git repository already; leave --git out and commit there"
        )


def make_repository(folder: Path, title: str) -> None:
    """Make `folder` a Git repository with one commit, which tells nothing of this machine.

    Raises:
        ReleaseError: git failed.
    """
    author = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in {"NAME": title, "EMAIL": "course@example.invalid"}.items()
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = kept | author | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for arguments in (
        ["-c", "init.templateDir=", "init", "--quiet", "--initial-branch=main"],
        ["-c", "core.autocrlf=false", "-c", f"core.excludesFile={os.devnull}", "add", "--all"],
        ["commit", "--quiet", "--message", title],
    ):
        ran = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            env=environment | {"TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
        if ran.returncode != 0:
            raise ReleaseError(f"git failed: {(ran.stderr.strip() or 'no reason given')}")
