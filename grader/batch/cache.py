"""Results that are kept between runs of `grader grade`, so that nothing is graded twice.

Each lies in a file of its own, named by its Key. Nothing about the cache keeps anyone from grading:
what can't be read, or is not what was written, is graded; what can't be written is not kept. Nor is
what may come out otherwise another time, on a machine with less to do.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from grader.course.manifest import Assignment
from grader.files import FileError, read_file, write_bytes
from grader.grading.engine import Engine, Graded, run_tasks
from grader.grading.key import Key, checks_digest, code_digest, digest, versions
from grader.report.model import unsound
from grader.submissions.model import Submission

UNSURE = frozenset({"timed_out", "crashed", "grader_error"})
MAX_BYTES = 8 << 20  # of one result


class CachedResult(msgspec.Struct, frozen=True):
    """A result as it is kept; `checksum` is of all the rest."""

    key: Key
    graded: Graded
    checksum: str


class Cache:
    """The results kept in `folder`. Grades tasks like `run_tasks`, but those whose result is known.

    Args:
        note: is told, once, that results can't be kept there.
    """

    def __init__(self, folder: Path, note: Callable[[str], None]) -> None:
        self._folder = folder
        self._note: Callable[[str], None] | None = note

    def run(
        self, engine: Engine, tasks: Sequence[tuple[Submission, Assignment]], jobs: int
    ) -> Generator[Graded, None, None]:
        """The results in the tasks' order; new ones are kept as they come."""
        checks = {a.slug: checks_digest(engine.course, a) for _, a in tasks}
        current = versions()
        keys = [
            Key(a.slug, code_digest(s, a.slug), checks[a.slug], engine.seed, current)
            for s, a in tasks
        ]
        known = [self._find(key) for key in keys]
        missing = [task for task, result in zip(tasks, known, strict=True) if result is None]
        with closing(run_tasks(engine, missing, jobs)) as fresh:
            for (_, assignment), key, result in zip(tasks, keys, known, strict=True):
                if result is not None:
                    yield result
                    continue
                graded = next(fresh)
                is_sure = UNSURE.isdisjoint(check.verdict for check in graded.report.checks)
                # Loaded since: another result, if they were changed in between.
                if is_sure and checks_digest(engine.course, assignment) == key.checks:
                    self._keep(key, graded)
                yield graded

    def _find(self, key: Key) -> Graded | None:
        with suppress(OSError, FileError, msgspec.MsgspecError, RecursionError):
            entry = msgspec.json.decode(read_file(self._path(key), MAX_BYTES), type=CachedResult)
            graded = entry.graded
            is_whole = entry.key == key and entry.checksum == checksum(key, graded)
            if is_whole and not unsound(graded.report, key.slug):
                return graded
        return None

    def _keep(self, key: Key, graded: Graded) -> None:
        entry = CachedResult(key, graded, checksum(key, graded))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self._path(key), msgspec.json.encode(entry))
        except OSError as error:
            if self._note is not None:
                self._note(f"--cache {self._folder}: {error.strerror}; graded without it")
            self._note = None

    def _path(self, key: Key) -> Path:
        return self._folder / f"{digest([msgspec.json.encode(key)])}.json"


def checksum(key: Key, graded: Graded) -> str:
    return digest([msgspec.json.encode(key), msgspec.json.encode(graded)])
