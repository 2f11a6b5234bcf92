"""CSV that spreadsheet programs only show, and our own gradebook: a row a student."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from grader.gradebook.model import Gradebook
from grader.gradebook.scores import number, overrides_line, score_of

# What makes a spreadsheet program take a cell for a formula, also in full width (as East Asian
# versions read it). After a semicolon too: where that separates cells, a comma-separated file that
# is opened as it is falls apart there.
_FORMULA = re.compile(r"(\A|;)(?=\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")


# The columns before and after those of the assignments.
WHO = ("key", "name", "identifier", "email", "login")
OUTCOME = ("raw", "late_percent", "override", "final", "max", "submitted")


class RowWriter(Protocol):
    """What csv.writer returns."""

    def writerow(self, row: Iterable[str], /) -> object: ...


def cell(text: str) -> str:
    """`text` as a cell that is never run: an apostrophe goes before what opens a formula."""
    return _FORMULA.sub(r"\1'", text)


@contextmanager
def csv_rows(stream: BinaryIO) -> Iterator[RowWriter]:
    """A writer of CSV rows to `stream`, in UTF-8, which stays open."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield csv.writer(text, lineterminator="\n")
    finally:
        text.detach()


def write_csv(gradebook: Gradebook, stream: BinaryIO) -> None:
    """A column an assignment with the checks' own score; what people and policies did follows."""
    slugs = [assignment.slug for assignment in gradebook.assignments]
    with csv_rows(stream) as rows:
        rows.writerow([*WHO, *slugs, *OUTCOME])
        for entry in gradebook:
            student, report, lateness = entry.student, entry.report, entry.lateness
            texts = (student.key, student.name, student.identifier, student.email, student.login)
            rows.writerow(
                [
                    *(cell(text) for text in texts),
                    *(number(score_of(entry, slug).raw) for slug in slugs),
                    number(None if report is None else report.score),
                    number(None if lateness is None else lateness.percent),
                    cell(overrides_line(entry)),
                    number(entry.final),
                    number(entry.max_score),
                    cell(entry.submitted_at),
                ]
            )
