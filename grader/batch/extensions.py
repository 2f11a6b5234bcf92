"""The roster's column `extension`: more time for a student, for all assignments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, tzinfo

from grader.course.manifest import FIRST_YEAR, LAST_YEAR
from grader.gradebook.decide import DecisionError
from grader.gradebook.keeping.decisions import ROSTER, Decisions
from grader.gradebook.keeping.store import Store
from grader.intake.times import parse_time
from grader.text import show_name, utc_text

MAX_DAYS = 3_660
_DAYS = re.compile(
    r"(?i)\+?\s*(\d{1,9})\s*(?:d|days?|tage?|jours?|d[ií]as?|giorn[oi]|dag(?:en|e|ar)?)?"
)


def note_extensions(store: Store, told: Mapping[str, str], zone: tzinfo) -> list[str]:
    """Keep what the roster says now: a number of days, a date or a time, or nothing any more.

    Args:
        told: by the keys of those on the roster what stands in the column.

    Returns:
        A line for each that can't be read, which leaves what was known before.
    """
    known = store.decisions()
    names = {stored.student.key: stored.student.name for stored in store.students()}
    changes, notes = [], []
    for key, text in told.items():
        rostered = [e for e in known.get(key, Decisions()).extensions if e.reason == ROSTER]
        before = [(extension.until, extension.days) for extension in rostered]
        try:
            now = more_time_of(text, zone)
        except DecisionError as error:
            notes.append(f"{show_name(names[key])}: the roster's extension: {error}")
            continue
        if now != (before[0] if before else ("", 0)):
            changes.append((key, "", *now, ROSTER))
    if changes:
        store.add_extensions(changes)
    return notes


def more_time_of(text: str, zone: tzinfo) -> tuple[str, int]:
    """(until, days) of a cell: one of them, or neither where it is empty.

    Raises:
        DecisionError: it is neither a number of days nor a time.
    """
    text = text.strip()
    if text in ("", "-", "0"):
        return "", 0
    days = _DAYS.fullmatch(text)
    if days and int(days[1]) <= MAX_DAYS:
        return "", int(days[1])
    at = parse_time(text, zone)
    if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise DecisionError(f"{show_name(text)!r} is no number of days and no time")
    if ":" not in text:  # a day is meant to its end
        at = datetime.combine(at.date(), time.max, at.tzinfo)
    return utc_text(at), 0
