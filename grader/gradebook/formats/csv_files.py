"""CSV that spreadsheet programs only show, and our own gradebook: a row a student."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Literal, Protocol

from grader.gradebook.model import Gradebook
from grader.gradebook.scores import (
    ExportError,
    comments_line,
    extensions_line,
    late_line,
    late_percent,
    number,
    overrides_line,
    score_of,
)

# What makes a spreadsheet program take a cell for a formula, also in full width (as East Asian
# versions read it). After a semicolon too: where that separates cells, a comma-separated file that
# is opened as it is falls apart there. So does any other file at commas, where these separate them.
_OPENS = r"(?=\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])"
_FORMULA = re.compile(rf"(\A|;){_OPENS}")
_FORMULA_OR_AFTER_COMMA = re.compile(rf"(\A|[;,]){_OPENS}")

# The columns before and after those of the assignments.
WHO = ("key", "name", "identifier", "email", "login", "section", "group")
OUTCOME = (
    *("raw", "late_percent", "late", "extension", "override", "comment", "final", "max"),
    "submitted",
)
DECIMALS = {"point": ".", "comma": ","}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
BOM = "\ufeff"  # by which Excel knows UTF-8


class RowWriter(Protocol):
    """What csv.writer returns."""

    def writerow(self, row: Iterable[str], /) -> object: ...


def cell(text: str, delimiter: str = ",") -> str:
    """`text` as a cell that is never run: an apostrophe goes before what opens a formula.

    Args:
        delimiter: what separates the file's cells.
    """
    formula = _FORMULA if delimiter == "," else _FORMULA_OR_AFTER_COMMA
    return formula.sub(r"\1'", text)


@contextmanager
def csv_rows(
    stream: BinaryIO, delimiter: str = ",", quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
) -> Iterator[RowWriter]:
    """A writer of CSV rows to `stream`, in UTF-8, which stays open."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    finally:
        text.detach()


def write_csv(
    gradebook: Gradebook, stream: BinaryIO, *, decimal: str = "point", delimiter: str = "comma"
) -> None:
    """A column an assignment with the checks' own score; what people and policies did follows.

    Args:
        decimal: one of DECIMALS, as the language of the spreadsheet program has it.
        delimiter: one of DELIMITERS; where numbers have commas, Excel expects semicolons.

    Raises:
        ExportError: there is no such decimal sign or delimiter.
    """
    sign = choice("decimal", decimal, DECIMALS)
    separator = choice("delimiter", delimiter, DELIMITERS)

    def amount(value: float | None) -> str:
        return number(value).replace(".", sign)

    def told(text: str) -> str:
        return cell(text, separator)

    slugs = [assignment.slug for assignment in gradebook.assignments]
    stream.write(BOM.encode())
    with csv_rows(stream, separator) as rows:
        rows.writerow([*WHO, *slugs, *OUTCOME])
        for entry in gradebook:
            student, report = entry.student, entry.report
            rows.writerow(
                [
                    *(told(getattr(student, name)) for name in WHO),
                    *(amount(score_of(entry, slug).raw) for slug in slugs),
                    amount(None if report is None else report.score),
                    amount(late_percent(entry) if entry.lateness else None),
                    told(late_line(entry)),
                    told(extensions_line(entry)),
                    told(overrides_line(entry)),
                    told(comments_line(entry)),
                    amount(entry.final),
                    amount(entry.max_score),
                    told(entry.submitted_at),
                ]
            )


def choice(what: str, name: str, known: Mapping[str, str]) -> str:
    if name not in known:
        raise ExportError(f"{what} {name!r}: there are {', '.join(known)}")
    return known[name]
