"""What a report says of a check: its marks and its docstring, with what was concluded."""

from __future__ import annotations

import pytest

from grader.grading.verdicts.judgement import Judgement
from grader.report.model import CheckResult
from grader.text import printable

MESSAGE_CHARACTERS = 1000


def result_of(item: pytest.Item, judgement: Judgement, duration_s: float) -> CheckResult:
    """What the report says of this check."""
    points = float(mark_argument(item, "points", "1"))
    earned = judgement.verdict == "passed"
    look = judgement.look
    return CheckResult(
        id=item.name,
        title=title_of(item),
        verdict=judgement.verdict,
        points=points if earned else 0.0,
        max_points=points,
        message=printable(judgement.message, MESSAGE_CHARACTERS, newlines=True),
        hint=mark_argument(item, "hint", "") if look is None else look,
        duration_s=duration_s,
        line=judgement.line,
        misconception=judgement.misconception,
        hidden=item.get_closest_marker("hidden") is not None,
        deferred=is_deferred(item),
    )


def mark_argument(item: pytest.Item, name: str, default: str) -> str:
    mark = item.get_closest_marker(name)
    return default if mark is None else str(mark.args[0])


def is_deferred(item: pytest.Item) -> bool:
    """Whether the check was cut out of this copy, and this stands in for it."""
    mark = item.get_closest_marker("hidden")
    return mark is not None and bool(mark.kwargs.get("deferred"))


def is_hidden(item: pytest.Item) -> bool:
    """Whether the check is hidden, and here to be run."""
    return item.get_closest_marker("hidden") is not None and not is_deferred(item)


def title_of(item: pytest.Item) -> str:
    """The first line of the check's docstring."""
    docstring = getattr(getattr(item, "function", None), "__doc__", None)
    return docstring.strip().splitlines()[0] if docstring else item.name
