"""What `grader watch` and `grader hint` show: the next thing to look at on top, then the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.course.manifest import Course
from grader.report.model import AssignmentReport
from grader.report.shown import STATUSES
from grader.report.terminal import STYLES, print_check, print_heading, score_text
from grader.text import count_of
from grader.workbench.hints import Hint

PENDING = "…"  # not graded as it is now
KEYS = "h hint · e earlier hint · n next task · p previous · r again · o plot · q leave"


@dataclass(frozen=True)
class View:
    """What there is to show.

    Args:
        slug: the assignment to show; None while it is being found.
        reports: by slug, of the modules as they are now; the others are being graded.
        checked_at: when the one to show was, as a clock shows it; "" if never.
        hint: the one that was asked for last, or why there is none.
        note: what became of the last key that was pressed; "" if there is nothing to say.
    """

    slug: str | None
    reports: Mapping[str, AssignmentReport]
    checked_at: str
    hint: Hint | str | None
    note: str
    has_keys: bool


class Screen:
    """A console that shows one assignment at a time; on a terminal each picture replaces the last.

    Args:
        course: for the assignments' order and titles.
    """

    def __init__(self, console: Console, course: Course) -> None:
        self._console = console
        self._course = course
        self._news: object = None  # what was shown last, where there is no terminal

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows, as they are now."""
        return self._console.size

    def show(self, view: View) -> None:
        """Draw all anew."""
        slug, hint = view.slug, view.hint
        report = None if slug is None else view.reports.get(slug)
        if not self._console.is_terminal:
            # Nothing can be replaced there: only what is new about the assignment is said.
            news = (report, hint)
            if report is None or news == self._news:
                return
            self._news = news
        with self._console as console:  # written at once
            console.clear()
            if slug is None:
                console.print(Text("looking for the first assignment that does not pass yet"))
            elif report is None:
                title = self._course.assignment(slug).title
                console.print(Text(f"{PENDING} {title} ({slug})  checking", style="bold"))
            else:
                print_next(console, report)
                if report.status == "passed" and view.has_keys:
                    console.print(Text("\nThis passes. Next: n", style="bold"))
            if isinstance(hint, str):
                console.print(Text(f"\n{hint}", style="dim"))
            elif slug is not None and hint is not None:
                print_hint(console, slug, hint)
            console.print(self._progress(slug, view.reports))
            if view.note:
                console.print(Text(view.note))
            at = f"checked at {view.checked_at} · " if view.checked_at and report else ""
            console.print(Text(f"{at}saving the file checks it again", style="dim"))
            console.print(Text(KEYS if view.has_keys else "Ctrl-C leaves", style="dim"))

    def _progress(self, slug: str | None, reports: Mapping[str, AssignmentReport]) -> Text:
        """A mark for each assignment, and how many pass."""
        line = Text("\n")
        for known in self._course.slugs:
            report = reports.get(known)
            mark = PENDING if report is None else STATUSES[report.status][0]
            style = "dim" if report is None else STYLES.get(report.status, "red")
            name = Text(
                f"{mark} {known}", style=f"{style} bold underline" if known == slug else style
            )
            line.append_text(name).append("  ")
        passed = sum(report.status == "passed" for report in reports.values())
        return line.append(f"· {passed} of {len(self._course.slugs)} pass")


def print_next(console: Console, report: AssignmentReport) -> None:
    """One assignment: the first check that did not pass in full, and the titles of the others."""
    print_heading(console, report)
    failing = [c for c in report.checks if c.verdict not in ("passed", "not_judged")]
    skipped = sum(c.verdict == "not_judged" and not c.deferred for c in report.checks)
    if failing:
        print_check(console, failing[0])
    for check in failing[1:]:
        line = Text(f"✗ {check.title}", style="red")
        line.append(f"  {score_text(check.points, check.max_points)}", style="dim")
        console.print(Padding(line, (0, 0, 0, 2)))
    if failing and skipped:
        count = f"{count_of(skipped, 'more check')} not judged until then"
        console.print(Padding(Text(count, style="dim"), (0, 0, 0, 2)))


def print_hint(console: Console, slug: str, hint: Hint) -> None:
    """One hint, and how many are left."""
    console.print(Text(f"\nHint {hint.number} of {hint.total} for {slug}", style="bold"))
    console.print(Padding(Text(hint.text, style="cyan"), (0, 0, 0, 2)))
    if hint.left:
        left = "one more" if hint.left == 1 else f"{hint.left} more"
        console.print(Padding(Text(f"{left} to be had", style="dim"), (0, 0, 0, 2)))
    else:
        last = f"that was the last one; grader list {slug} shows what each check asks for"
        console.print(Padding(Text(last, style="dim"), (0, 0, 0, 2)))
