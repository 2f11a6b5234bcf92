"""A page is a template, filled in: every value is escaped, and a policy forbids all else to run.

A page is one file. Style and script stand in it, and its content security policy knows them by
their SHA-256, so that nothing that came with a submission could run or load anything, even if it
did get into a page as markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader import __version__
from grader.gradebook.late import explained
from grader.gradebook.model import AssignmentInfo, Entry, Person
from grader.gradebook.scores import points, scores_with_overrides, steps_of
from grader.report.model import AssignmentReport, CheckResult
from grader.report.reference import load_reference
from grader.report.scales import fitting
from grader.report.shown import STATUSES, VERDICTS, bounded, reason_unjudged, told, told_once
from grader.site import values
from grader.site.charts import draw_histogram
from grader.site.curves import draw_accuracies, draw_losses
from grader.site.leaderboard import MOST, SHOWN
from grader.site.listing import listing_of
from grader.site.lookalikes import GROUPS, MEMBERS
from grader.site.pictures import SERIES, draw_picture, rows_of
from grader.site.summary import BEST_FIRST, ClassSummary
from grader.text import count_of, visible

HERE = Path(__file__).parent
PIECE = 10_000  # students in a table
FAILURES = 7  # where in a row the numbers of the failed checks stand
# How a page of ours begins; an older page is known by it.
FIRST_BYTES = b"<!DOCTYPE html>\n<!-- grader: "
ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' "
    "rx='4' fill='#2f5fd0'/><path d='M4 8.5l3 3 5-6.5' fill='none' stroke='#fff' "
    "stroke-width='2'/></svg>"
)


def as_seen(value: Any) -> Any:
    """A value as a template shows it: names come from rosters and folders as they are there."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def environment() -> Environment:
    """Jinja2 as the templates need it; what they miss is an error."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        finalize=as_seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    class_style = asset("site.css") + asset("class.css")
    student_style = asset("site.css") + asset("student.css")
    script = asset("table.js")
    templates.filters |= {
        "points": points,
        "moment": values.moment,
        "percent": values.percent,
        "with_code": with_code,
    }
    templates.globals |= {
        "class_style": class_style,
        "student_style": student_style,
        "script": script,
        "icon": "data:image/svg+xml;base64," + base64.b64encode(ICON.encode()).decode(),
        "class_policy": policy(class_style, script),
        "student_policy": policy(student_style),
        "version": __version__,
        "VERDICTS": VERDICTS,
        "STATUSES": STATUSES,
        "BEST_FIRST": BEST_FIRST,
        "SERIES": SERIES,
        "draw_picture": draw_picture,
        "picture_rows": rows_of,
        "told": told,
        "count_of": count_of,
        "explained": explained,
    }
    return templates


def with_code(text: str) -> Markup:
    """What stands `between backticks`, as messages have it, set as code; all of it escaped."""
    parts = re.split(r"`([^`\n]+)`", visible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


def asset(name: str) -> Markup:
    return Markup((HERE / "assets" / name).read_text(encoding="utf-8"))


def policy(style: str, script: str | None = None) -> str:
    """The content security policy of a page with this style, and this script or none."""
    rules = ["default-src 'none'", "img-src data:", f"style-src {source_hash(style)}"]
    if script is not None:
        rules.append(f"script-src {source_hash(script)}")
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def source_hash(text: str) -> str:
    """How a content security policy names what a page itself holds."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def embed_json(value: Any) -> Markup:
    """`value` as JSON that can stand within a <script>: ASCII, and no `<`, `>` or `&`."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def encode(page: str) -> bytes:
    """As UTF-8; a lone surrogate, which can't be encoded, is shown as an escape."""
    return page.encode("utf-8", "backslashreplace")


# ---------------------------------------------------------------- a student's page

# The text of the module that counts of an assignment; None: it is not at hand.
CodeOf = Callable[[Entry, str], str | None]


def no_code(_entry: Entry, _slug: str) -> str | None:
    return None


def student_page(
    title: str,
    entry: Entry,
    assignments: list[AssignmentInfo],
    links: tuple[Person | None, Person | None] | None,
    code_of: CodeOf = no_code,
) -> bytes:
    """One student's page.

    Args:
        title: the course's.
        links: the students before and after, for a page within the site; None: the page alone.
        code_of: gives what was handed in.
    """
    template = environment().get_template("student.html")
    values_shown = student_values(title, entry, assignments, code_of)
    return encode(template.render(values_shown, links=links, prefix=""))


def reports_page(
    title: str,
    entries: list[Entry],
    assignments: list[AssignmentInfo],
    code_of: CodeOf = no_code,
) -> bytes:
    """Several students' pages on one: a table of them, then one after the other."""
    template = environment().get_template("student.html")
    bodies = [
        Markup(
            template.render(
                student_values(title, entry, assignments, code_of),
                links=None,
                prefix=f"{number}-",
            )
        )
        for number, entry in enumerate(entries, start=1)
    ]
    page = environment().get_template("reports.html")
    return encode(page.render(course=title, entries=entries, bodies=bodies))


def student_values(
    title: str, entry: Entry, assignments: list[AssignmentInfo], code_of: CodeOf
) -> dict[str, Any]:
    """What a student's page shows, by the template's names."""
    report = entry.report
    by_slug = {} if report is None else {a.slug: a for a in report.assignments}
    overrides = {override.slug: override for override in entry.overrides}
    comments = {comment.slug: comment for comment in entry.comments}
    scores = scores_with_overrides(entry)
    sections = []
    for info in assignments:
        assignment = by_slug.get(info.slug)
        if assignment is None:
            continue
        code = code_of(entry, info.slug)
        sections.append(
            {
                "report": assignment,
                "status": values.shown_status(assignment, scores[info.slug]),
                "override": overrides.get(info.slug),
                "comment": comments.get(info.slug),
                "late": entry.lateness.get(info.slug),
                "groups": group_checks(
                    told_once(c for c in assignment.checks if c.verdict != "passed")
                ),
                "passed": group_checks(c for c in assignment.checks if c.verdict == "passed"),
                "listing": None if code is None else listing_of(code, assignment.checks),
                "unjudged": reason_unjudged(assignment.checks),
                "charts": charts_of(assignment),
                "output": bounded(assignment.output),
            }
        )
    return {
        "course": title,
        "entry": entry,
        "student": entry.student,
        "name": entry.student.name or entry.student.key,
        "report": report,
        "sections": sections,
        "steps": steps_of(entry),
        "comment": comments.get(""),
        "seeds": load_reference().seeds,
        "page_name": values.page_name,
    }


def charts_of(assignment: AssignmentReport) -> dict[str, Any] | None:
    """The training curves as drawings, and the bands below them; None without a training run."""
    training = assignment.training
    if training is None or not training.loss:
        return None
    reference = load_reference()
    loss_band = fitting(reference.bands.get(assignment.slug), training.loss)
    accuracy_band = fitting(reference.accuracies.get(assignment.slug), training.accuracy)
    is_wrong = any(c.verdict not in ("passed", "not_judged") for c in assignment.checks)
    losses = draw_losses(training.loss, loss_band, is_wrong=is_wrong)
    return {
        "losses": losses,
        "is_wrong": is_wrong,
        "loss_band": loss_band,
        "beyond": 'class="beyond"' in losses,
        # Reports of older versions know the last epoch's only.
        "accuracies": draw_accuracies(training, accuracy_band, is_wrong=is_wrong)
        if training.accuracy
        else None,
        "accuracy_band": accuracy_band,
    }


def group_checks(checks: Iterable[CheckResult]) -> list[tuple[str, list[CheckResult]]]:
    """Checks in their order; neighbours that were not judged for one reason, which is told once."""
    groups = []
    for (verdict, message, _), members in groupby(
        checks, key=lambda c: (c.verdict, c.message, "" if c.verdict == "not_judged" else c.id)
    ):
        groups.append((message if verdict != "passed" else "", list(members)))
    return groups


# ---------------------------------------------------------------- the class's page


def class_page(title: str, summary: ClassSummary) -> bytes:
    """The page of the class, with its table as data; of a large one, with links to its pieces."""
    counts, edges = summary.histogram()
    pieces = pieces_of(summary)
    return encode(
        environment()
        .get_template("class.html")
        .render(
            course=title,
            summary=summary,
            histogram=draw_histogram(counts, edges) if summary.graded else None,
            bins=list(zip(edges, edges[1:], counts, strict=False)),
            boards=[(board.info, board.places()) for board in summary.leaderboards.values()],
            places_shown=SHOWN,
            places_most=MOST,
            lookalikes=lookalikes_of(summary),
            pieces=pieces if len(pieces) > 1 else [],
            data=None if len(pieces) > 1 else table_data(summary, summary.rows),
        )
    )


class Piece(NamedTuple):
    """A part of the table of students, on a page of its own."""

    file: str
    rows: list[list[Any]]

    @property
    def first(self) -> str:
        return str(self.rows[0][0])

    @property
    def last(self) -> str:
        return str(self.rows[-1][0])


def pieces_of(summary: ClassSummary) -> list[Piece]:
    """The table in parts that a browser opens at once."""
    starts = range(0, len(summary.rows), PIECE)
    return [
        Piece(f"class-{number}.html", summary.rows[start : start + PIECE])
        for number, start in enumerate(starts, start=1)
    ]


def piece_page(title: str, summary: ClassSummary, piece: Piece) -> bytes:
    """The page of a part of the table."""
    template = environment().get_template("piece.html")
    data = table_data(summary, piece.rows)
    return encode(template.render(course=title, summary=summary, piece=piece, data=data))


def table_data(summary: ClassSummary, rows: list[list[Any]]) -> Markup:
    """What the script makes a table of."""
    failures = Counter(check for row in rows for check in row[FAILURES])
    return embed_json(
        {
            "assignments": [
                [a.info.slug, a.info.title, a.info.max_score] for a in summary.assignments.values()
            ],
            "checks": [[check.slug, check.assignment, check.title] for check in summary.checks],
            "failures": [failures[check.number] for check in summary.checks],
            "statuses": [[status, STATUSES[status][1]] for status in BEST_FIRST],
            "rows": rows,
        }
    )


def lookalikes_of(summary: ClassSummary) -> list[dict[str, Any]]:
    """Of each assignment the groups of students whose hand-ins are the same, as far as shown."""
    listed = []
    for same in summary.lookalikes.values():
        groups = same.groups()
        shown = [
            {
                "is_same_file": group.is_same_file,
                "students": [summary.rows[row] for row in group.rows[:MEMBERS]],
                "more": max(0, len(group.rows) - MEMBERS),
            }
            for group in groups[:GROUPS]
        ]
        if groups:
            more = max(0, len(groups) - GROUPS)
            listed.append({"info": same.info, "groups": shown, "more": more})
    return listed
