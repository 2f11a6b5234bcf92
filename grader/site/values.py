"""Values as pages show them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from grader.report.model import AssignmentReport, Status
from grader.report.shown import whole_percent


def page_name(key: str, *, quoted: bool = False) -> str:
    """The file of a student's page; `quoted` for use in a link.

    Raises:
        ValueError: the key could lead out of the folder.
    """
    if not key or key.startswith(".") or any(character in key for character in "/\\\0"):
        raise ValueError(f"{key!r} cannot name a student's page; a key must be safe as a file name")
    name = f"{key}.html"
    return quote(name, safe="") if quoted else name


def shown_status(assignment: AssignmentReport, score: float) -> Status:
    """The status by the score that counts, which a person may have set."""
    if score == assignment.score:
        return assignment.status
    if score <= 0:
        return "failed"
    return "passed" if score >= assignment.max_score else "partial"


def percent(value: float) -> str:
    return f"{whole_percent(value)} %"


def moment(text: str) -> str:
    """An ISO 8601 time for people, in UTC; as it is if it can't be read."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
