"""What every export needs of an entry: the scores that count, and text that is safe to write."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from grader.gradebook.late import after_lateness, counted_days, explained, shown
from grader.gradebook.model import (
    AssignmentInfo,
    Entry,
    Extension,
    Gradebook,
    Override,
    Person,
)
from grader.text import plain, printable

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
    late = entry.lateness.get(slug)
    final = counted if late is None else float(after_lateness(counted, late))
    return Score(raw, counted, max(0.0, final))


def late_percent(entry: Entry) -> float:
    """What being late takes off the sum of the scores, in percent."""
    if not entry.lateness:
        return 0.0
    scores = [score_of(entry, slug) for slug in entry.lateness]
    lost = sum((score.counted or 0.0) - (score.final or 0.0) for score in scores)
    counted = sum(scores_with_overrides(entry).values())
    return 100 * lost / counted if counted else 0.0


def scores_with_overrides(entry: Entry) -> dict[str, float]:
    """By slug the score with overrides, before what is taken off for being late."""
    scores = {} if entry.report is None else {a.slug: a.score for a in entry.report.assignments}
    return scores | {o.slug: o.score for o in entry.overrides if o.slug}


def whole_override(entry: Entry) -> Override | None:
    """The override of the whole submission, which no column of an assignment can show."""
    return next((o for o in reversed(entry.overrides) if not o.slug), None)


def overrides_line(entry: Entry) -> str:
    """All overrides in one line: `relu 9: reason; all 70: reason`."""
    return "; ".join(f"{o.slug or 'all'} {number(o.score)}: {o.reason}" for o in entry.overrides)


def comments_line(entry: Entry) -> str:
    """All comments in one line: `relu: comment; all: comment`."""
    return "; ".join(f"{c.slug or 'all'}: {c.text}" for c in entry.comments)


def extensions_line(entry: Entry) -> str:
    """All extensions in one line: `relu until 3 Nov 2026, 23:59 UTC+01:00: why; all 2 days: …`."""
    return "; ".join(f"{e.slug or 'all'} {more_time(e)}: {e.reason}" for e in entry.extensions)


def late_line(entry: Entry) -> str:
    """What is late in one line: `relu: due …, handed in …: 1 day late: … is taken off`."""
    return "; ".join(f"{slug}: {explained(late)}" for slug, late in entry.lateness.items())


class Step(msgspec.Struct, frozen=True):
    """One line of how a total comes about."""

    label: str
    value: str
    reason: str = ""
    at: str = ""


def steps_of(entry: Entry) -> list[Step]:
    """From the checks' points to the total; empty if nothing but the checks counts."""
    titles = titles_of(entry)
    steps = [
        Step(f"{titles.get(e.slug, e.slug) or 'All'}: more time", more_time(e), e.reason, e.at)
        for e in entry.extensions
    ]
    raw = {} if entry.report is None else {a.slug: a.score for a in entry.report.assignments}
    counted = scores_with_overrides(entry)
    for override in entry.overrides:
        if override.slug:
            change = f"{points(raw.get(override.slug, 0.0))} → {points(override.score)}"
            label = f"{titles.get(override.slug, override.slug)}: set by the staff"
            steps.append(Step(label, change, override.reason, override.at))
    for slug, late in entry.lateness.items():
        was, left = counted.get(slug, 0.0), score_of(entry, slug).final or 0.0
        change = f"{points(was)} → {points(left)}" if late.percent else "nothing off"
        steps.append(
            Step(
                f"{titles.get(slug, slug)}: {counted_days(late.days)} late", change, explained(late)
            )
        )
    whole = whole_override(entry)
    if whole is not None:
        steps.append(Step("Total: set by the staff", points(whole.score), whole.reason, whole.at))
    if steps:
        score = 0.0 if entry.report is None else entry.report.score
        steps.insert(0, Step("Points of the checks", points(score)))
    return steps


def titles_of(entry: Entry) -> dict[str, str]:
    """By slug the titles of the assignments in the entry's report."""
    return {} if entry.report is None else {a.slug: a.title for a in entry.report.assignments}


def more_time(extension: Extension) -> str:
    """`until 3 Nov 2026, 23:59 UTC+01:00` or `2 days`."""
    if extension.until:
        return f"until {shown(extension.until)}"
    return counted_days(extension.days)


def points(value: float) -> str:
    """At most two decimals, none of them zeros at the end."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def number(value: float | None) -> str:
    """A score with at most four decimals and none that are zero; "" for None."""
    if value is None:
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def label(student: Person) -> str:
    """A student as lines on stderr call them, told apart from others of the same name."""
    return f"{student.name} ({student.key})" if student.name != student.key else student.key


def note(line: str) -> None:
    """Tell the person at the terminal, in one line, what an export leaves out or changes."""
    print(f"grader: {plain(printable(line, 2 * TEXT_LIMIT))}", file=sys.stderr)


def note_not_shown(format: str, student: Person, score: float | None) -> None:
    """Tell of a score of the whole submission that no column of `format` has."""
    note(
        f"{format}: {label(student)}: the whole submission was set to {number(score)} by hand, "
        "which the assignments' columns don't show"
    )


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

    def people(self) -> Iterator[Person]:
        return map(clean_person, self._gradebook.people())


def clean(entry: Entry) -> Entry:
    report = entry.report
    if report is not None:
        report = replace(report, submission=one_line(report.submission))
    return replace(
        entry,
        student=clean_person(entry.student),
        report=report,
        submitted_at=one_line(entry.submitted_at),
        overrides=[replace(o, reason=one_line(o.reason)) for o in entry.overrides],
        comments=[replace(c, text=one_line(c.text)) for c in entry.comments],
        extensions=[replace(e, reason=one_line(e.reason)) for e in entry.extensions],
        doubt=one_line(entry.doubt),
    )


def clean_person(student: Person) -> Person:
    return replace(
        student,
        name=shown_name(student.name),
        identifier=exact(student.identifier),
        email=exact(student.email),
        login=exact(student.login),
        section=one_line(student.section),
        group=one_line(student.group),
    )


def one_line(text: str) -> str:
    # The quick test is exact: str.isprintable is False for all that printable would change.
    return text if text.isprintable() and len(text) <= TEXT_LIMIT else printable(text, TEXT_LIMIT)


def shown_name(name: str) -> str:
    """A name in one line; one of which nothing would be left is shown as escapes."""
    line = one_line(name)
    return line if line.strip() else exact(name)


def exact(text: str) -> str:
    """`text` so that it is nobody else's: what can't be shown is escaped, never taken out."""
    return (text if text.isprintable() else ascii(text)[1:-1])[:TEXT_LIMIT]
