"""What every export needs of an entry: the scores that count, and text that is safe to write."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from grader.gradebook.model import AssignmentInfo, Entry, Gradebook, Override, Student
from grader.text import printable

TEXT_LIMIT = 1_000  # characters of a name or a reason


class ExportError(ValueError):
    """The gradebook can't be written so: one line that says what to do."""


@dataclass(frozen=True)
class Score:
    """One assignment's score, None where nothing was handed in.

    `raw` is the checks', `counted` has an override in its place, `final` is `counted` less the late
    policy's percentage.
    """

    raw: float | None
    counted: float | None
    final: float | None


def score_of(entry: Entry, slug: str) -> Score:
    """The score of the assignment `slug`; of several overrides the last one counts."""
    raw = None
    if entry.report is not None:
        raw = next((a.score for a in entry.report.assignments if a.slug == slug), None)
    counted = raw
    for override in entry.overrides:
        if override.slug == slug:
            counted = override.score
    if counted is None:
        return Score(raw, None, None)
    return Score(raw, counted, max(0.0, counted * (1 - late_percent(entry) / 100)))


def late_percent(entry: Entry) -> float:
    return 0.0 if entry.lateness is None else entry.lateness.percent


def whole_override(entry: Entry) -> Override | None:
    """The override of the whole submission, which no column of an assignment can show."""
    return next((o for o in reversed(entry.overrides) if not o.slug), None)


def overrides_line(entry: Entry) -> str:
    """All overrides in one line: `relu 9: reason; all 70: reason`."""
    return "; ".join(f"{o.slug or 'all'} {number(o.score)}: {o.reason}" for o in entry.overrides)


def number(value: float | None) -> str:
    """A score with at most four decimals and none that are zero; "" for None."""
    if value is None:
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def label(student: Student) -> str:
    """A student as lines on stderr call them, told apart from others of the same name."""
    return f"{student.name} ({student.key})" if student.name != student.key else student.key


def note(line: str) -> None:
    """Tell the person at the terminal, in one line, what an export leaves out or changes."""
    print(f"grader: {printable(line, 2 * TEXT_LIMIT)}", file=sys.stderr)


class Cleaned:
    """A gradebook whose texts all encode and hold no control characters.

    The texts inside a report were made so when they came from the worker (see model); names,
    identifiers and reasons are as people and course systems wrote them.
    """

    def __init__(self, gradebook: Gradebook) -> None:
        self._gradebook = gradebook
        self.title: str = one_line(gradebook.title)
        self.assignments: list[AssignmentInfo] = gradebook.assignments

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._gradebook:
            yield clean(entry)


def clean(entry: Entry) -> Entry:
    student = entry.student
    report = entry.report
    if report is not None:
        report = replace(report, submission=one_line(report.submission))
    return replace(
        entry,
        student=replace(
            student,
            name=one_line(student.name),
            identifier=exact(student.identifier),
            email=exact(student.email),
            login=exact(student.login),
        ),
        report=report,
        submitted_at=one_line(entry.submitted_at),
        overrides=[replace(o, reason=one_line(o.reason)) for o in entry.overrides],
    )


def one_line(text: str) -> str:
    # The quick test is exact: str.isprintable is False for all that printable would change.
    return text if text.isprintable() and len(text) <= TEXT_LIMIT else printable(text, TEXT_LIMIT)


def exact(text: str) -> str:
    """`text` so that it is nobody else's: what can't be shown is escaped, never taken out."""
    return (text if text.isprintable() else ascii(text)[1:-1])[:TEXT_LIMIT]
