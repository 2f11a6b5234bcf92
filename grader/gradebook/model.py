"""A class's grades as data: what every export and page starts from, one student at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from grader.report.model import Report


class Student(msgspec.Struct, frozen=True, kw_only=True):
    """Who handed something in, or should have. Empty strings: not known.

    `key` is unique in the class and safe as a file name; all else is as others wrote it.
    """

    key: str
    name: str
    identifier: str = ""  # the institution's or course system's number
    email: str = ""
    login: str = ""


class Override(msgspec.Struct, frozen=True):
    """A score that a person has set, for one assignment or (slug "") for the whole submission."""

    slug: str
    score: float
    reason: str
    at: str  # UTC, ISO 8601


class Lateness(msgspec.Struct, frozen=True):
    """What the late policy takes off: `late_s` seconds after the grace, `percent` of the score."""

    late_s: float
    percent: float


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One student's line of the gradebook. `report` holds the raw results, never altered.

    final = override of the whole submission, else the sum of the assignments' scores (overridden
    ones replaced) less the late policy's percentage. None for whoever handed nothing in.
    """

    student: Student
    report: Report | None
    submitted_at: str  # UTC, ISO 8601; "" if not known
    overrides: list[Override]
    lateness: Lateness | None
    final: float | None
    max_score: float


def lone_entry(report: Report) -> Entry:
    """A report that belongs to no class: nothing counts but what the checks said."""
    return Entry(
        student=Student(key="report", name=report.submission),
        report=report,
        submitted_at="",
        overrides=[],
        lateness=None,
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
