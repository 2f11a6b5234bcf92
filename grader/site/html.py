"""The reports as one page that needs nothing but itself: the students' pages, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.files import write_bytes
from grader.gradebook.model import AssignmentInfo, Entry, lone_entry
from grader.report.model import Report
from grader.site.pages import reports_page, student_page


def write_html(
    path: Path,
    title: str,
    reports: Sequence[Report],
    codes: Sequence[Mapping[str, str]] | None = None,
) -> None:
    """Write the reports to `path`.

    Args:
        title: the course's.
        codes: of each submission the texts of its modules, by slug, to be shown as well.
    """
    infos = {
        a.slug: AssignmentInfo(a.slug, a.title, a.max_score)
        for report in reports
        for a in report.assignments
    }
    assignments = list(infos.values())
    entries = [lone_entry(report) for report in reports]
    texts = codes or [{}] * len(entries)
    by_entry = {id(entry): code for entry, code in zip(entries, texts, strict=True)}

    def code_of(entry: Entry, slug: str) -> str | None:
        return by_entry[id(entry)].get(slug)

    if len(entries) == 1:
        page = student_page(title, entries[0], assignments, None, code_of)
    else:
        page = reports_page(title, entries, assignments, code_of)
    write_bytes(path, page)
