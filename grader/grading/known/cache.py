"""Results that are kept between runs, so that nothing is graded twice.

Each lies in a file of its own, named by its Key, which modules that mean the same may share.
Nothing about the cache keeps anyone from grading: what can't be read, or is not what was written,
is graded; what can't be written is not kept. Nor is what may come out otherwise another time, on a
machine with less to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from grader.course.manifest import Assignment, Course
from grader.files import FileError, read_file, write_bytes
from grader.grading.key import Key, checks_digest, code_digest, digest, versions
from grader.grading.known.common import as_ones_own, is_common, meant_by
from grader.grading.task import Graded
from grader.report.model import Environment, unsound
from grader.submissions.model import Submission

UNSURE = frozenset({"timed_out", "crashed", "grader_error"})
MAX_BYTES = 8 << 20  # of one result
MAX_TOTAL_BYTES = 256 << 20  # of all of them: some ten thousand


class CachedResult(msgspec.Struct, frozen=True):
    """A result as it is kept; `checksum` is of all the rest."""

    key: Key
    graded: Graded
    environment: Environment
    checksum: str


class Cache:
    """The results of a course, under a seed, that are kept in `folder`.

    Args:
        note: is told, once, where results can't be kept and why.
        again: find none of them; new ones take their place.
    """

    def __init__(
        self,
        folder: Path,
        course: Course,
        seed: int,
        note: Callable[[str], None],
        *,
        again: bool = False,
    ) -> None:
        self._folder = folder
        self._course = course
        self._seed = seed
        self._note: Callable[[str], None] | None = note
        self._again = again
        self._checks: dict[str, str] = {}
        self._versions = versions()

    def find(self, submission: Submission, assignment: Assignment) -> CachedResult | None:
        """The result of this module, or of another that means the same."""
        if self._again:
            return None
        key = self._key(submission, assignment)
        if (entry := self._read(key)) is not None:
            return entry
        source = submission.sources.get(assignment.slug)
        meant = meant_by(self._course, key, source)
        if source is None or meant is None or (entry := self._read(meant)) is None:
            return None
        report = as_ones_own(entry.graded.report, source)
        graded = msgspec.structs.replace(entry.graded, report=report)
        return msgspec.structs.replace(entry, graded=graded)

    def keep(
        self,
        submission: Submission,
        assignment: Assignment,
        graded: Graded,
        environment: Environment,
    ) -> None:
        """Keep the result of this module, if it is sure and the checks have stayed the same."""
        if not UNSURE.isdisjoint(check.verdict for check in graded.report.checks):
            return
        key = self._key(submission, assignment)
        # Loaded since: another result, if they were changed in between.
        if checks_digest(self._course, assignment) != key.checks:
            return
        if is_common(graded.report):
            key = meant_by(self._course, key, submission.sources.get(assignment.slug)) or key
        self._write(key, graded, environment)

    def tidy(self) -> None:
        """Remove what was found longest ago, where there is more than may be."""
        with suppress(OSError):  # others may tidy at the same time
            entries = [(path.stat(), path) for path in self._folder.glob("*.json")]
            total = sum(status.st_size for status, _ in entries)
            for status, path in sorted(entries, key=lambda entry: entry[0].st_mtime_ns):
                if total <= MAX_TOTAL_BYTES:
                    break
                path.unlink()
                total -= status.st_size

    def _key(self, submission: Submission, assignment: Assignment) -> Key:
        """By the checks as they were first seen: those that this process has loaded."""
        slug = assignment.slug
        if slug not in self._checks:
            self._checks[slug] = checks_digest(self._course, assignment)
        code = code_digest(submission, slug)
        return Key(slug, code, self._checks[slug], self._seed, self._versions)

    def _read(self, key: Key) -> CachedResult | None:
        path = self._path(key)
        with suppress(OSError, FileError, msgspec.MsgspecError, RecursionError):
            entry = msgspec.json.decode(read_file(path, MAX_BYTES), type=CachedResult)
            is_whole = entry.key == key and entry.checksum == checksum(entry)
            if is_whole and not unsound(entry.graded.report, key.slug):
                os.utime(path)  # those that are found go last
                return entry
        return None

    def _write(self, key: Key, graded: Graded, environment: Environment) -> None:
        entry = CachedResult(key, graded, environment, "")
        entry = msgspec.structs.replace(entry, checksum=checksum(entry))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self._path(key), msgspec.json.encode(entry))
        except OSError as error:
            if self._note is not None:
                self._note(f"{self._folder}: {error.strerror}")
            self._note = None

    def _path(self, key: Key) -> Path:
        return self._folder / f"{digest([msgspec.json.encode(key)])}.json"


def checksum(entry: CachedResult) -> str:
    return digest(
        [msgspec.json.encode(part) for part in (entry.key, entry.graded, entry.environment)]
    )
