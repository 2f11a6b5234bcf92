"""The report on a terminal, for students and staff. All text is escaped: never parsed as markup."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.course.manifest import Assignment, Course
from grader.report.model import AssignmentReport, CheckResult, Report
from grader.report.shown import (
    STATUSES,
    reason_unjudged,
    told,
    told_once,
    unjudged,
    whole_percent,
)
from grader.text import count_of, plain

STYLES = {"passed": "green", "partial": "yellow", "untouched": "dim", "missing": "dim"}


def print_assignment(
    console: Console, report: AssignmentReport, *, every_check: bool = False
) -> None:
    """One assignment: its score, each check that did not pass with its reason, its training.

    `every_check`: those that passed as well, by their titles.
    """
    print_heading(console, report)
    for note in report.notes:
        console.print(Padding(Text(f"note: {plain(note)}", style="yellow"), (0, 0, 0, 2)))
    if reason_unjudged(report.checks) is not None:
        return
    for check in told_once(report.checks):
        if check.deferred:
            line = f"· hidden check, {points_of(check.max_points)}: {check.message}"
            console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
        elif check.verdict == "passed" and every_check:
            passed = Text(f"✓ {check.title}", style="green")
            passed.append(f"  {score_text(check.points, check.max_points)}", style="dim")
            console.print(Padding(passed, (0, 0, 0, 2)))
        elif check.verdict not in ("passed", "not_judged"):
            print_check(console, check)
    for reason, count in unjudged(c for c in report.checks if not c.deferred).items():
        line = f"{count_of(count, 'more check')} {plain(reason)}"
        console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))


def print_heading(console: Console, report: AssignmentReport) -> None:
    """The line above an assignment's checks: its score, and how training went or why it did not."""
    style = STYLES.get(report.status, "red")
    heading = Text(f"{STATUSES[report.status][0]} {report.title} ", style=f"bold {style}")
    heading.append(f"({report.slug})  ", style="dim")
    heading.append(f"{score_text(report.score, report.max_score)}", style=f"bold {style}")
    reason = reason_unjudged(report.checks)
    if reason is not None:
        heading.append(f"  {plain(reason)}")
    elif report.training is not None:
        accuracy = report.training.valid_accuracy
        heading.append(f"  accuracy {accuracy:.2f}", style="dim")
        heading.append(f"  loss {sparkline(report.training.loss, console.encoding)}", style="dim")
    console.print(heading)
    if report.read_from:
        line = Text(f"read from {plain(report.read_from)}", style="dim")
        console.print(Padding(line, (0, 0, 0, 2)))


def sparkline(losses: Sequence[float], encoding: str) -> str:
    """A character for each loss, from 0 to the largest; blocks where `encoding` has them."""
    levels = "▁▂▃▄▅▆▇█"
    try:
        levels.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        levels = "_.:-=+*#"
    most = max(losses)
    if not 0 < most < math.inf:
        return levels[0] * len(losses)
    top = len(levels) - 1
    return "".join(levels[round(max(loss, 0.0) / most * top)] for loss in losses)


def print_check(console: Console, check: CheckResult) -> None:
    """A check that did not pass, read top down: what is wrong, what was seen, where to look."""
    said = told(check)
    title = Text(f"✗ {check.title}", style="red" if said.headline else "bold red")
    if check.hidden:
        title.append(" [hidden]")
    if check.verdict != "failed":
        title.append(f" [{check.verdict.replace('_', ' ')}]")
    title.append(f"  {score_text(check.points, check.max_points)}", style="dim")
    console.print(Padding(title, (0, 0, 0, 2)))
    for text, style in (
        (said.headline, "bold"),
        (said.rest, ""),
        (textwrap.indent(said.excerpt, "  "), "yellow"),
    ):
        if text:
            console.print(Padding(Text(plain(text), style=style), (0, 0, 0, 4)))
    if check.hint:
        console.print(Padding(Text(f"→ {check.hint}", style="cyan"), (0, 0, 0, 4)))


def print_summary(console: Console, reports: Sequence[Report]) -> None:
    """A row a submission: its score, and the assignments without full marks."""
    if not reports:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("submission", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("without full marks")
    for report in reports:
        percent = 100 * report.score / report.max_score if report.max_score else 0.0
        score = Text(score_text(report.score, report.max_score), style="bold")
        table.add_row(
            Text(plain(report.submission)), score, f"{whole_percent(percent)}%", shortfalls(report)
        )
    console.print()
    console.print(table)


def shortfalls(report: Report) -> Text:
    """The assignments without full marks: scores, then the missing and the untouched ones."""
    parts = [
        Text(f"{a.slug} {score_text(a.score, a.max_score)}", style=STYLES.get(a.status, "red"))
        for a in report.assignments
        if a.status in ("partial", "failed")
    ]
    for status in ("missing", "untouched"):
        slugs = [a.slug for a in report.assignments if a.status == status]
        if slugs:
            names = "all" if len(slugs) == len(report.assignments) else ", ".join(slugs)
            parts.append(Text(f"{status}: {names}", style=STYLES[status]))
    return Text("; ").join(parts)


def print_progress(
    console: Console, name: str, report: AssignmentReport, problem: str | None
) -> None:
    """One line for a finished assignment of the submission `name`; `problem` is its file's."""
    line = Text(f"{plain(name)}  {report.slug}  {score_text(report.score, report.max_score)}")
    if report.read_from:
        line.append(f"  read from {plain(report.read_from)}", style="dim")
    if problem is not None:
        line.append(f"  {plain(problem)}", style="red")
    console.print(line)


def print_course(
    console: Console, course: Course, checks: Mapping[str, Sequence[CheckResult]]
) -> None:
    """The course's assignments, with what each is worth."""
    console.print(table_of(course.title, course.assignments, checks))
    if course.further:
        console.print()
        console.print(table_of("Further tasks, not graded", course.further, checks))


def print_rubric(console: Console, assignment: Assignment, checks: Sequence[CheckResult]) -> None:
    """What one assignment is graded by: every check, what it is worth, and which are hidden."""
    total = points_of(sum(check.max_points for check in checks))
    counts = total if assignment.graded else f"{total}, which do not count in the course's total"
    console.print(Text(f"{assignment.title} ({assignment.slug}): {counts}", style="bold"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("check")
    for check in checks:
        title = Text(check.title)
        if check.hidden:
            title.append(" [hidden]", style="yellow")
        table.add_row(points_text(check.max_points), title)
    console.print(table)
    if any(check.hidden for check in checks):
        said = "What a hidden check asks is not shown; it runs after you hand in."
        console.print(Text(said, style="dim"))


def table_of(
    title: str, assignments: Sequence[Assignment], checks: Mapping[str, Sequence[CheckResult]]
) -> Table:
    table = Table(title=Text(title), box=None, pad_edge=False, header_style="bold")
    table.add_column("slug")
    table.add_column("title")
    for name in ("checks", "points"):
        table.add_column(name, justify="right")
    table.add_column("")
    for assignment in assignments:
        listed = checks[assignment.slug]
        points = sum(check.max_points for check in listed)
        hidden = [check for check in listed if check.hidden]
        of_these = f"{len(hidden)} of them hidden, {points_of(sum(c.max_points for c in hidden))}"
        table.add_row(
            Text(assignment.slug),
            Text(assignment.title),
            str(len(listed)),
            points_text(points),
            of_these if hidden else "",
        )
    return table


def score_text(score: float, max_score: float) -> str:
    return f"{points_text(score)}/{points_text(max_score)}"


def points_of(points: float) -> str:
    return f"{points_text(points)} point{'' if points == 1 else 's'}"


def points_text(points: float) -> str:
    return f"{points:g}"
