"""Due dates, lateness and final scores: pure functions, exact until the last rounding to a float.

Days are days of the calendar in the course's zone: where the clocks change, one of them has 23 or
25 hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction
from functools import lru_cache
from itertools import groupby

import msgspec

from grader.course.manifest import Course
from grader.gradebook.model import Extension, Lateness, Override
from grader.text import count_of

LONGEST = timedelta(days=36_500)  # from the due date; whoever commits can write any time


def due_for(course: Course, slug: str, extensions: Sequence[Extension]) -> datetime | None:
    """When `slug` is due for a student with these extensions, in the course's zone; None: whenever.

    An extension never makes anything due earlier.
    """
    due = course.due(slug)
    if due is None:
        return None
    granted = (extended(due, each) for each in extensions if each.slug in ("", slug))
    return max([due, *granted], key=in_utc)


def extended(due: datetime, extension: Extension) -> datetime:
    if extension.until:
        return datetime.fromisoformat(extension.until).astimezone(due.tzinfo)
    return days_after(due, extension.days)


def on_clock(extension: Extension, zone: tzinfo) -> Extension:
    """The same, its moment as clocks in `zone` show it."""
    if not extension.until:
        return extension
    until = datetime.fromisoformat(extension.until).astimezone(zone)
    return msgspec.structs.replace(extension, until=until.isoformat(timespec="seconds"))


def lateness(
    course: Course, hand_ins: Mapping[str, str], extensions: Sequence[Extension]
) -> dict[str, Lateness]:
    """What being late takes off, by slug, of what is late.

    Each day begun after the grace costs the rule's percentage, until only its floor is left. Free
    days go to what is due first. One free day covers all that is due at the same moment.

    Args:
        hand_ins: by slug when what counts was handed in, "" if nobody knows; what earns nothing
            has nothing to lose, and should not spend free days.
    """
    late = {}
    for slug, submitted_at in hand_ins.items():
        due = due_for(course, slug, extensions)
        if due is None or not submitted_at:
            continue
        submitted = within_reason(datetime.fromisoformat(submitted_at), due)
        grace = timedelta(minutes=course.late_rule(slug).grace_minutes)
        if days := days_late(due, submitted - grace):
            late[slug] = (due, submitted, in_utc(submitted) - grace - in_utc(due), days)
    found = {}
    budget = course.late.free_days if course.late is not None else 0
    for _, slugs in groupby(
        sorted(late, key=lambda slug: in_utc(late[slug][0])), key=lambda slug: late[slug][0]
    ):
        together = list(slugs)
        free = min(budget, max(late[slug][3] for slug in together))
        budget -= free
        for slug in together:
            due, submitted, after, days = late[slug]
            rule = course.late_rule(slug)
            charged = exact(rule.percent_a_day) * max(0, days - free)
            found[slug] = Lateness(
                late_s=after.total_seconds(),
                percent=float(min(charged, 100 - exact(rule.floor_percent))),
                days=days,
                free_days=min(free, days),
                percent_a_day=rule.percent_a_day,
                due=due.isoformat(timespec="seconds"),
                submitted_at=submitted.astimezone(course.zone).isoformat(timespec="seconds"),
            )
    return found


def lateness_of(
    course: Course,
    scores: Mapping[str, float],
    times: Mapping[str, str],
    overrides: Sequence[Override],
    extensions: Sequence[Extension],
) -> dict[str, Lateness]:
    """The same of what a student's raw `scores` by slug and the overrides earn, handed in at these
    `times`."""
    by_hand = {o.slug: o.score for o in overrides if o.slug in scores}
    earned = {**scores, **by_hand}
    return lateness(course, {s: times[s] for s in earned if earned[s] > 0}, extensions)


def days_late(due: datetime, submitted: datetime) -> int:
    """How many days of the calendar, in the zone of `due`, have begun since; 0: it is in time."""
    moment = in_utc(submitted)
    if moment <= in_utc(due):
        return 0
    by_the_clock = moment.astimezone(due.tzinfo).replace(tzinfo=None) - due.replace(tzinfo=None)
    days = max(1, by_the_clock.days - 1)  # a change of clocks makes less than a day's difference
    while in_utc(days_after(due, days)) < moment:
        days += 1
    return days


def within_reason(submitted: datetime, due: datetime) -> datetime:
    """`submitted` in UTC, or if that is nearer, what is a century before or after the due date."""
    return min(max(in_utc(submitted), in_utc(due) - LONGEST), in_utc(due) + LONGEST)


def days_after(due: datetime, days: int) -> datetime:
    """The same time of day so many days later: Python adds to what the clock shows."""
    return due + timedelta(days=days)


def in_utc(moment: datetime) -> datetime:
    """For comparing: Python compares two times of one zone by what their clocks show."""
    return moment.astimezone(UTC)


def explained(late: Lateness) -> str:
    """How the percentage comes about, in one line."""
    took = f"due {shown(late.due)}, handed in {shown(late.submitted_at)}: "
    took += f"{counted_days(late.days)} late"
    if late.free_days:
        took += f", {late.free_days} of them free" if late.days > 1 else ", which is a free one"
    if not late.percent:
        return f"{took}: nothing is taken off"
    charged = late.days - late.free_days
    at = f"{counted_days(charged)} at {late.percent_a_day:g} %"
    if exact(late.percent_a_day) * charged != exact(late.percent):
        return f"{took}: {at}, but no more than {late.percent:g} %, is taken off"
    return f"{took}: {at} = {late.percent:g} % is taken off"


def counted_days(count: int) -> str:
    return count_of(count, "day")


def shown(moment: str) -> str:
    """An ISO 8601 time as people read it: `31 Oct 2026, 23:59 UTC+01:00`."""
    at = datetime.fromisoformat(moment)
    return f"{at.day} {at:%b %Y, %H:%M} {at.tzname()}"


def after_lateness(score: float, late: Lateness | None) -> Fraction:
    """What is left of an assignment's score."""
    return exact(score) if late is None else exact(score) * (100 - exact(late.percent)) / 100


def final_score(
    scores: Mapping[str, float], overrides: Sequence[Override], late: Mapping[str, Lateness]
) -> float:
    """A submission's final score from its raw `scores` by slug.

    An override of the whole submission is final. Else: the sum of the scores, overridden ones
    replaced, each less what its lateness takes off.
    """
    replaced = dict(scores)
    for override in overrides:
        if override.slug == "":
            return override.score
        replaced[override.slug] = override.score
    if not late:
        return total(tuple(replaced.values()))
    left = (after_lateness(score, late.get(slug)) for slug, score in replaced.items())
    return float(sum(left, Fraction(0)))


@lru_cache(maxsize=1 << 12)  # most of a class have full marks
def total(scores: tuple[float, ...]) -> float:
    """The sum of the numbers that someone wrote."""
    return float(sum(map(exact, scores), Fraction(0)))


@lru_cache(maxsize=1 << 12)  # a class has few scores
def exact(number: float) -> Fraction:
    """The number that someone wrote: 0.1 is a tenth, not the float that is nearest to it."""
    return Fraction(repr(float(number)))
