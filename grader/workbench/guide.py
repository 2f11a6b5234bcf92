"""What `grader check` says in the end: how far everything is, and what to do next."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.course.manifest import Course
from grader.report.model import AssignmentReport, Report
from grader.report.shown import STATUSES
from grader.report.terminal import STYLES, score_text

EMPTY = ("untouched", "missing")  # nothing to tell of the checks


def print_standing(console: Console, course: Course, report: Report) -> None:
    """A row an assignment, if there are several, and one line on what to do next."""
    if len(report.assignments) > 1:
        console.print()
        console.print(standing(report))
    console.print(Text(f"\n{next_step(course, report)}", style="bold"))


def standing(report: Report) -> Table:
    """The assignments with their scores, and the total below."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for a in report.assignments:
        style = STYLES.get(a.status, "red")
        name = Text(f"{STATUSES[a.status][0]} {a.slug}", style=style)
        note = "" if a.status == "passed" else STATUSES[a.status][1]
        table.add_row(name, score_text(a.score, a.max_score), Text(note, style=style))
    table.add_row("", Text(score_text(report.score, report.max_score), style="bold"), "")
    return table


def next_step(course: Course, report: Report) -> str:
    """What to do now: the first task that was begun and does not pass, else the first one left."""
    assignments = report.assignments
    if all(a.status in EMPTY for a in assignments):
        return f"Nothing is written here yet. Start with: grader watch {assignments[0].slug}"
    begun = next((a.slug for a in assignments if is_begun(a)), None)
    if begun is not None:
        return (
            f"Next: grader hint {begun} gives a hint, grader watch {begun} checks it whenever you "
            "save."
        )
    left = next((a.slug for a in assignments if a.status in EMPTY), None)
    if left is not None:
        return f"Next: grader watch {left}"
    checked = {a.slug for a in assignments}
    if checked >= set(course.slugs):
        return "Everything passes."
    following = after(course, assignments[-1].slug)
    more = "grader check looks at all tasks" if following is None else f"grader watch {following}"
    return f"{'This passes' if len(checked) == 1 else 'These pass'}. Next: {more}"


def is_begun(assignment: AssignmentReport) -> bool:
    return assignment.status not in ("passed", *EMPTY)


def after(course: Course, slug: str) -> str | None:
    """The task after `slug` in the course; None after the last, and for what does not count."""
    place = course.slugs.index(slug) + 1 if slug in course.slugs else len(course.slugs)
    return course.slugs[place] if place < len(course.slugs) else None
