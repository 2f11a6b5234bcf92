"""Hints for a student, one at a time, from a nudge to nearly there.

They stand in each assignment's entry in course.toml. How far a student has come is kept in their
copy of the repository, in `.grader/hints.json`; without that file, or with a damaged one, hints
begin anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from grader.course.manifest import Course
from grader.files import FileError, read_file, write_bytes

MAX_STATE_BYTES = 1 << 16

Counts = dict[str, Annotated[int, msgspec.Meta(ge=0)]]


class NoSuchHint(ValueError):
    """An assignment has no hints, or fewer than the one asked for: one line."""


@dataclass(frozen=True)
class Hint:
    """One hint: `number` counts from 1 to `total`."""

    number: int
    total: int
    text: str

    @property
    def left(self) -> int:
        return self.total - self.number


class Hints:
    """The hints of a course, and how many of them one student has seen.

    `problem` says why that can't be remembered beyond this object, if it can't.

    Args:
        root: the student's copy of the repository.
    """

    def __init__(self, course: Course, root: Path) -> None:
        self.problem: str | None = None
        self._course = course
        self._state = root / ".grader" / "hints.json"
        self._seen: Counts = {}

    def number(self, slug: str, number: int) -> Hint:
        """The hint of this number, from 1.

        Raises:
            NoSuchHint: there is none.
        """
        ladder = self._ladder(slug)
        if not 1 <= number <= len(ladder):
            raise NoSuchHint(f"{slug} has the hints 1 to {len(ladder)}, none of number {number}")
        return Hint(number, len(ladder), ladder[number - 1])

    def next(self, slug: str) -> Hint:
        """The first hint that was not shown yet, which counts as shown; then the last one again.

        Raises:
            NoSuchHint: there are none.
        """
        counts = self._read() | self._seen
        number = min(counts.get(slug, 0) + 1, len(self._ladder(slug)))
        self._seen[slug] = number
        try:
            self._state.parent.mkdir(exist_ok=True)
            write_bytes(self._state, msgspec.json.encode(counts | self._seen))
        except OSError as error:
            self.problem = f".grader/hints.json: {error.strerror or error}"
        return self.number(slug, number)

    def earlier(self, slug: str, shown: Hint | None) -> Hint:
        """The hint before the one that is `shown`; if none is, the last that ever was, which may
        have been long ago.

        Raises:
            NoSuchHint: none was shown yet, or there are none.
        """
        total = len(self._ladder(slug))
        seen = (self._read() | self._seen).get(slug, 0)
        if seen == 0:
            raise NoSuchHint("no hint was shown yet: h shows the first")
        return self.number(slug, min(seen if shown is None else max(shown.number - 1, 1), total))

    def _ladder(self, slug: str) -> list[str]:
        """The assignment's hints, each as one line."""
        hints = self._course.assignment(slug).hints
        if not hints:
            raise NoSuchHint(f"there are no hints for {slug}")
        return [" ".join(text.split()) for text in hints]

    def _read(self) -> Counts:
        try:
            return msgspec.json.decode(read_file(self._state, MAX_STATE_BYTES), type=Counts)
        except (OSError, FileError, msgspec.DecodeError):
            return {}
