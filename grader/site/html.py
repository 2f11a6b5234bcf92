"""The reports as one page that needs nothing but itself: the students' pages, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.files import write_bytes
from grader.gradebook.model import AssignmentInfo, lone_entry
from grader.report.model import Report
from grader.site.pages import reports_page, student_page


def write_html(path: Path, title: str, reports: Sequence[Report]) -> None:
    """Write the reports to `path`; `title` is the course's."""
    infos = {
        a.slug: AssignmentInfo(a.slug, a.title, a.max_score)
        for report in reports
        for a in report.assignments
    }
    assignments = list(infos.values())
    entries = [lone_entry(report) for report in reports]
    if len(entries) == 1:
        page = student_page(title, entries[0], assignments, None)
    else:
        page = reports_page(title, entries, assignments)
    write_bytes(path, page)
