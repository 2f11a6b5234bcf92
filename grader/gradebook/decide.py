"""What people decide: scores set by hand, comments, more time. Each says what it did."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import datetime, time, tzinfo

from grader.course.manifest import FIRST_YEAR, LAST_YEAR
from grader.gradebook.keeping.decisions import ROSTER
from grader.gradebook.keeping.stored import StoredGradebook
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.late import due_for
from grader.gradebook.model import Entry
from grader.gradebook.scores import label, points, score_of
from grader.text import utc_text


class DecisionError(ValueError):
    """It can't be decided so: one line that says why, and what to do."""


class Decider:
    """Decides about one student, for one assignment or (slug "") for the whole submission."""

    def __init__(self, gradebook: StoredGradebook, student: StoredStudent, slug: str) -> None:
        """
        Raises:
            DecisionError: the assignment has not been graded yet.
        """
        self._gradebook = gradebook
        self._store = gradebook.store
        self._student = student
        self._key = student.student.key
        self._slug = slug
        self._maxima = {info.slug: info.max_score for info in gradebook.assignments}
        self._before = gradebook.entry_of(student)

    def set_score(self, score: float, reason: str) -> list[str]:
        """Set the score, of one assignment or of all; more than the maximum is a bonus."""
        if not reason.strip():
            raise DecisionError("--reason is empty; say why the score is set")
        if not (math.isfinite(score) and score >= 0):
            raise DecisionError("a score is a number from 0 on")
        maximum = self._maximum()
        self._store.add_override(self._key, self._slug, score, reason.strip())
        lines = [self._outcome()]
        if score > maximum:
            bonus = f"{points(score - maximum)} points above the maximum of {points(maximum)}"
            lines.append(f"that is a bonus of {bonus}")
        return lines

    def comment(self, text: str) -> list[str]:
        """Say something; the score stays."""
        if not text.strip():
            raise DecisionError("--comment is empty; say something, or take it back with --remove")
        self._store.add_comment(self._key, self._slug, text.strip())
        return [f"{self._what()}: the comment stands in every report"]

    def take_back(self) -> list[str]:
        """Let what the checks said count again, and show no comment."""
        before = self._before
        is_set = any(override.slug == self._slug for override in before.overrides)
        is_said = any(comment.slug == self._slug for comment in before.comments)
        if not (is_set or is_said):
            raise DecisionError(f"{self._what()}: nothing was set or said by hand")
        if is_set:
            self._store.withdraw_overrides(self._key, self._slug)
        if is_said:
            self._store.add_comment(self._key, self._slug, "")
        lines = [self._outcome()] if is_set else []
        return lines + ([f"{self._what()}: the comment is taken back"] if is_said else [])

    def extend(self, until: str, days: int, reason: str) -> list[str]:
        """Give more time, until a moment or by so many days of the calendar."""
        if not reason.strip():
            raise DecisionError("--reason is empty; say why there is more time")
        if reason.strip() == ROSTER:
            raise DecisionError(f"{ROSTER!r} is what extensions in the roster are called")
        if not (until or days > 0):
            raise DecisionError("say until when with --until, or how much longer with --days")
        course = self._gradebook.course
        slugs = [self._slug] if self._slug else list(course.slugs)
        if not any(course.due(slug) for slug in slugs):
            raise DecisionError("course.toml has no due date for it, so it is never late")
        given = "" if days else utc_text(moment(until, course.zone))
        self._store.add_extensions([(self._key, self._slug, given, days, reason.strip())])
        after = self._gradebook.entry_of(self._student)
        together: dict[datetime, list[str]] = {}
        for slug in slugs:
            if due := due_for(course, slug, after.extensions):
                together.setdefault(due, []).append(slug)
        lines = [
            f"{self._what(together[due] if len(together) > 1 else ())}: due {shown_due(due)}"
            for due in sorted(together)
        ]
        return [*lines, *self._total(after)]

    def no_more_time(self) -> list[str]:
        """Take back an extension."""
        given = [e for e in self._before.extensions if e.slug == self._slug]
        if not given:
            raise DecisionError(f"{self._what()}: no more time was given")
        if all(extension.reason == ROSTER for extension in given):
            raise DecisionError("this extension stands on the roster; take it out there")
        self._store.add_extensions([(self._key, self._slug, "", 0, "")])
        after = self._gradebook.entry_of(self._student)
        return [f"{self._what()}: the extension is taken back", *self._total(after)]

    # ------------------------------------------------------------ what is said

    def _what(self, slugs: Collection[str] = ()) -> str:
        what = ", ".join(slugs) or self._slug or "all"
        return f"{label(self._student.student)}: {what}"

    def _maximum(self) -> float:
        if self._slug and self._slug not in self._maxima:
            raise DecisionError(f"{self._slug} has not been graded yet")
        return self._maxima[self._slug] if self._slug else sum(self._maxima.values())

    def _outcome(self) -> str:
        after = self._gradebook.entry_of(self._student)
        if not self._slug:
            return f"{self._what()}: {_change(self._before.final, after.final)}"
        was, is_now = (score_of(each, self._slug).counted for each in (self._before, after))
        of = points(self._maximum())
        total = ", ".join(self._total(after))
        return f"{self._what()}: {_change(was, is_now)} of {of}{f'; {total}' if total else ''}"

    def _total(self, after: Entry) -> list[str]:
        if after.final == self._before.final:
            return []
        return [f"total {_change(self._before.final, after.final)}"]


def _change(before: float | None, after: float | None) -> str:
    old, new = ("none" if score is None else points(score) for score in (before, after))
    return f"{old} → {new}"


def shown_due(due: datetime | None) -> str:
    return "whenever" if due is None else f"{due.day} {due:%b %Y, %H:%M %Z}"


def moment(text: str, zone: tzinfo) -> datetime:
    """The time that is meant, in `zone` if it names none; a day alone is its last moment.

    Raises:
        DecisionError: it is neither.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise DecisionError(
            f"{text!r} is no time; write it like 2026-10-31 or 2026-10-31T23:59"
        ) from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise DecisionError(f"{text!r} is no year of a course's")
    if len(text.strip()) <= len("2026-10-31"):
        at = datetime.combine(at.date(), time.max)
    return at if at.tzinfo else at.replace(tzinfo=zone)
