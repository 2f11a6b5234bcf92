"""How verdicts, statuses, scores and what a student's code printed are shown, in every format."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from grader.report.model import Report

# Of what a student's code printed, so much is shown from the beginning and the end.
OUTPUT_HEAD = 4000
OUTPUT_TAIL = 1000

# (mark, word): a mark is never the only sign.
VERDICTS = {
    "passed": ("✓", "passed"),
    "failed": ("✗", "failed"),
    "error": ("✗", "error"),
    "crashed": ("✗", "crashed"),
    "timed_out": ("✗", "timed out"),
    "not_judged": ("\N{EN DASH}", "not judged"),
    "grader_error": ("!", "grader error"),
}
STATUSES = {
    "passed": ("✓", "passed"),
    "partial": ("~", "partly passed"),
    "failed": ("✗", "failed"),
    "missing": ("\N{EN DASH}", "not handed in"),
    "untouched": ("\N{EN DASH}", "stub unchanged"),
}


def bounded(output: str) -> dict[str, Any] | None:
    """The beginning and the end of what was printed, and how many characters lie between them."""
    if not output.strip():
        return None
    if len(output) <= OUTPUT_HEAD + OUTPUT_TAIL:
        return {"head": output, "left_out": 0, "tail": ""}
    return {
        "head": output[:OUTPUT_HEAD],
        "left_out": len(output) - OUTPUT_HEAD - OUTPUT_TAIL,
        "tail": output[-OUTPUT_TAIL:],
    }


def total(reports: Sequence[Report]) -> tuple[float, float]:
    """The points of all reports together: earned, possible."""
    return sum(report.score for report in reports), sum(report.max_score for report in reports)


def percent_of(score: float, max_score: float) -> float:
    """From 0 to 100, to a tenth, rounded down: what is not reached never shows as reached."""
    return math.floor(1000 * score / max_score) / 10 if max_score else 0.0
