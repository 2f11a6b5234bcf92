"""Values as pages show them, and the arithmetic of a grade, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec

from grader.gradebook.model import Entry, Override
from grader.report.model import AssignmentReport, Status


def page_name(key: str, *, quoted: bool = False) -> str:
    """The file of a student's page; `quoted` for use in a link.

    Raises:
        ValueError: the key could lead out of the folder.
    """
    if not key or key.startswith(".") or any(character in key for character in "/\\\0"):
        raise ValueError(f"{key!r} cannot name a student's page; a key must be safe as a file name")
    name = f"{key}.html"
    return quote(name, safe="") if quoted else name


def latest_overrides(overrides: Iterable[Override]) -> dict[str, Override]:
    """By slug the override that counts: the one set last."""
    return {o.slug: o for o in sorted(overrides, key=lambda override: override.at)}


def assignment_scores(entry: Entry) -> dict[str, float]:
    """By slug the score with overrides, before what is taken off for being late."""
    scores = {} if entry.report is None else {a.slug: a.score for a in entry.report.assignments}
    for slug, override in latest_overrides(entry.overrides).items():
        if slug:
            scores[slug] = override.score
    return scores


def shown_status(assignment: AssignmentReport, score: float) -> Status:
    """The status by the score that counts, which a person may have set."""
    if score == assignment.score:
        return assignment.status
    if score <= 0:
        return "failed"
    return "passed" if score >= assignment.max_score else "partial"


class Step(msgspec.Struct, frozen=True):
    """One line of how a total comes about."""

    label: str
    value: str
    reason: str = ""
    at: str = ""


def steps_of(entry: Entry, titles: dict[str, str]) -> list[Step]:
    """From the checks' points to the total; empty if nothing but the checks counts."""
    late = entry.lateness
    if not entry.overrides and late is None:
        return []
    report = entry.report
    steps = [Step("Points of the checks", points(0.0 if report is None else report.score))]
    raw = {} if report is None else {a.slug: a.score for a in report.assignments}
    latest = latest_overrides(entry.overrides)
    for slug, override in latest.items():
        if slug:
            change = f"{points(raw.get(slug, 0.0))} → {points(override.score)}"
            label = f"{titles.get(slug, slug)}: set by the staff"
            steps.append(Step(label, change, override.reason, override.at))
    if late is not None:
        label = f"Handed in {duration(late.late_s)} late"
        steps.append(
            Step(
                label, f"\N{MINUS SIGN}{points(late.percent)} %" if late.percent else "nothing off"
            )
        )
    if "" in latest:
        whole = latest[""]
        label = "Total: set by the staff"
        steps.append(Step(label, points(whole.score), whole.reason, whole.at))
    return steps


def points(value: float) -> str:
    """At most two decimals, none of them zeros at the end."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(value: float) -> str:
    """To the nearest whole one; what is less than all of the points never shows as 100."""
    rounded = math.floor(value + 0.5)
    return f"{min(rounded, 99) if value < 100 else rounded} %"


def duration(seconds: float) -> str:
    """In the two largest units that matter: `1 day 2 h`, `45 min`."""
    minutes = max(round(seconds / 60), 1)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} day{'s' if days > 1 else ''}" + (f" {hours} h" if hours else "")
    minutes %= 60
    return " ".join(
        filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""))
    )


def moment(text: str) -> str:
    """An ISO 8601 time for people, in UTC; as it is if it can't be read."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
