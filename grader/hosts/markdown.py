"""Reports as Markdown for GitHub: a table of scores and the checks that did not pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.report.model import AssignmentReport, Report
from grader.report.terminal import number, score_of
from grader.text import printable

MAX_CHARACTERS = 100_000  # a release's body may have 125,000
MESSAGE_CHARACTERS = 1_500


def render_markdown(reports: Sequence[Report]) -> str:
    """At most MAX_CHARACTERS; whatever comes from a student stands in code blocks."""
    text = "".join(part for report in reports for part in overview(report))
    for part in (part for r in reports for a in r.assignments for part in shortfalls(a)):
        if len(text) + len(part) > MAX_CHARACTERS:
            return text + "\nMore checks did not pass; the full report has them all.\n"
        text += part
    return text


def overview(report: Report) -> Iterator[str]:
    yield f"### {score_of(report.score, report.max_score)} points\n\n"
    yield "| assignment | points | |\n|---|---:|---|\n"
    for a in report.assignments:
        yield f"| {escape(a.title)} | {score_of(a.score, a.max_score)} | {a.status} |\n"
    yield "\n"


def shortfalls(report: AssignmentReport) -> Iterator[str]:
    """One part for each check that did not pass; those that were not judged only once."""
    said = set()
    for check in report.checks:
        if check.verdict == "passed" or (check.verdict == "not_judged" and check.message in said):
            continue
        said.add(check.message)
        heading = f"{report.title}: {check.title}"
        points = f"{number(check.points)}/{number(check.max_points)}"
        part = f"**{escape(heading)}** ({check.verdict.replace('_', ' ')}, {points})\n\n"
        part += fenced(printable(check.message, MESSAGE_CHARACTERS, newlines=True))
        yield part + (f"{escape(check.hint)}\n\n" if check.hint else "")


def escape(text: str) -> str:
    """`text` on one line, with none of it read as Markdown or HTML."""
    text = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~-])", r"\\\1", text)


def fenced(text: str) -> str:
    """`text` as a code block that nothing within it can end."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n\n"
