"""A class's grades as data: what every export and page starts from, one student at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from grader.report.model import Report


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who handed something in, or should have. Empty strings: not known.

    `key` is unique in the class and safe as a file name; all else is as others wrote it.
    """

    key: str
    name: str
    identifier: str = ""  # the institution's or course system's number
    email: str = ""
    login: str = ""
    section: str = ""
    group: str = ""
    github: str = ""
    number: str = ""  # a course system's own of the person, as "canvas:77"

    @property
    def own_identifier(self) -> str:
        """The identifier, where it is the person's: as long as nobody knows that, the number of a
        course system stands in its place."""
        return "" if self.identifier == self.number.partition(":")[2] else self.identifier


class Override(msgspec.Struct, frozen=True):
    """A score that a person has set, for one assignment or (slug "") for the whole submission."""

    slug: str
    score: float
    reason: str
    at: str  # UTC, ISO 8601


class Comment(msgspec.Struct, frozen=True):
    """What a person says of one assignment or (slug "") of the whole submission."""

    slug: str
    text: str
    at: str  # UTC, ISO 8601


class Extension(msgspec.Struct, frozen=True):
    """More time, for one assignment or (slug "") for all of them: `until` a moment (ISO 8601), or,
    where that is "", so many `days` of the calendar."""

    slug: str
    until: str
    days: int
    reason: str
    at: str  # UTC, ISO 8601


class Lateness(msgspec.Struct, frozen=True):
    """How late one module is, and what that takes off: `percent` of its score.

    `late_s`: seconds after the due date and its grace. Of the `days` begun, `free_days` were paid
    for from those that every student has. `due` and `submitted_at` are ISO 8601 in the course's
    zone; `due` has an extension in it.
    """

    late_s: float
    percent: float
    days: int = 0
    free_days: int = 0
    percent_a_day: float = 0.0
    due: str = ""
    submitted_at: str = ""


class HandIn(msgspec.Struct, frozen=True, omit_defaults=True):
    """What counts of one assignment: when it came (UTC, ISO 8601, "" if not known), and digests of
    the file and of its syntax, "" where they are not to be told."""

    submitted_at: str = ""
    code: str = ""
    tree: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One student's line of the gradebook. `report` holds the raw results, never altered.

    final = override of the whole submission, else the sum of the assignments' scores (overridden
    ones replaced), each less what its lateness takes off. None for whoever handed nothing in.
    `hand_ins` and `lateness` are by slug; what is in time, or came at a time nobody knows, is not
    in the latter. `submitted_at` is that of the last hand-in. `doubt` names what was handed in last
    and may be theirs or another's: it is not graded.
    """

    student: Person
    report: Report | None
    submitted_at: str  # UTC, ISO 8601; "" if not known
    hand_ins: dict[str, HandIn] = {}
    overrides: list[Override]
    comments: list[Comment] = []
    extensions: list[Extension] = []
    lateness: dict[str, Lateness]
    final: float | None
    max_score: float
    doubt: str = ""


def lone_entry(report: Report) -> Entry:
    """A report that belongs to no class: nothing counts but what the checks said."""
    return Entry(
        student=Person(key="report", name=report.submission),
        report=report,
        submitted_at="",
        overrides=[],
        lateness={},
        final=report.score,
        max_score=report.max_score,
    )


class AssignmentInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """An assignment as a column."""

    slug: str
    title: str
    max_score: float
    leaderboard: bool = False  # whether the class's page ranks the accuracies


class Gradebook(Protocol):
    """A class. Entries are read anew at each iteration, sorted by name, and never all held."""

    title: str
    assignments: list[AssignmentInfo]

    def __iter__(self) -> Iterator[Entry]: ...

    def people(self) -> Iterator[Person]:
        """Whose the entries are, in no order that means anything; no entry is read for it."""


class SortableGradebook(Gradebook, Protocol):
    """One whose entries can be had in another order."""

    def sorted_by(self, rank: Callable[[Person], str]) -> Iterator[Entry]:
        """The entries, sorted by what `rank` gives of the students; it is asked for each of them
        before any entry is read. No digest of a file's syntax is in them."""
