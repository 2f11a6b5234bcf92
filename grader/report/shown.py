"""How verdicts, statuses, scores and what a student's code printed are shown, in every format."""

from __future__ import annotations

import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from grader.report.model import CheckResult, Report

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
    "missing": ("·", "not handed in"),
    "untouched": ("·", "stub unchanged"),
}

_POINTED = re.compile(r"(?s)(?P<said>.*?)\n(?P<excerpt>[^\n]*\n *\^+)")


class Told(NamedTuple):
    """A check's message in the parts that are shown each in its own way."""

    headline: str  # what is wrong, in a sentence; "" where the check's title says as much
    rest: str  # what was expected and what was seen
    excerpt: str  # a line of the student's source, and carets under a part of it


def told(check: CheckResult) -> Told:
    """The parts of the message of a check that did not pass."""
    said, excerpt = check.message, ""
    if check.verdict == "error" and (pointed := _POINTED.fullmatch(said)):
        said, excerpt = pointed["said"], textwrap.dedent(pointed["excerpt"])
    if check.misconception:
        headline, _, rest = said.partition("\n")
        return Told(headline, rest, excerpt)
    if check.verdict in ("failed", "not_judged"):
        return Told("", said, excerpt)
    return Told(said, "", excerpt)


def told_once(checks: Iterable[CheckResult]) -> Iterator[CheckResult]:
    """The checks, where what is wrong is told in a word if a check above tells it in the same
    sentence; so are what was expected and seen, where they are others, and no exception again."""
    above: set[str] = set()
    for check in checks:
        said = told(check)
        if check.misconception and said.headline in above:
            is_new = check.verdict == "failed" and said.rest not in above
            seen = f"\n{said.rest}" if is_new and said.rest else ""
            check = replace(check, message=f"As above: {check.misconception}.{seen}")
        above |= {said.headline, said.rest}
        yield check


def reason_unjudged(checks: Sequence[CheckResult]) -> str | None:
    """Why no check at all was judged; None if one was.

    A deferred check is never judged here: what it says tells nothing of the module.
    """
    if not checks or any(check.verdict != "not_judged" for check in checks):
        return None
    said = [check.message for check in checks if check.message and not check.deferred]
    return said[0] if said else checks[0].message


def unjudged(checks: Iterable[CheckResult]) -> Counter[str]:
    """Why checks were not judged, each reason with how many of them, in their order."""
    return Counter(
        check.message or "not judged" for check in checks if check.verdict == "not_judged"
    )


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
    # Of tenths of a point the sum may be a little less than what was reached.
    return math.floor(round(1000 * score / max_score, 6)) / 10 if max_score else 0.0


def whole_percent(value: float) -> int:
    """To the nearest whole one; what is less than all of the points never shows as 100."""
    rounded = math.floor(value + 0.5)
    return min(rounded, 99) if value < 100 else rounded
