"""CSV for Blackboard's gradebook, to be uploaded under Work Offline: a row a student.

As its help has it: a student is known by Username, who is not enrolled is passed over, and so are
changes of names; a column by the number behind "|" in its heading, and one without becomes a new
column of text that counts nothing. Every cell is quoted.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from typing import BinaryIO

from grader.gradebook.formats.csv_files import BOM, cell, csv_rows
from grader.gradebook.formats.nbgrader import split_name
from grader.gradebook.model import Gradebook
from grader.gradebook.scores import (
    ExportError,
    label,
    note,
    note_not_shown,
    number,
    score_of,
    whole_override,
)

WHO = ("Last Name", "First Name", "Username", "Student ID")
EXAMPLE = 'relu="ReLU [Total Pts: 10 Score] |123456"'
_POINTS = re.compile(r"\[Total Pts: (?:up to )?(\d+(?:[.,]\d+)?)")


def write_blackboard(
    gradebook: Gradebook, stream: BinaryIO, *, columns: Mapping[str, str] | None = None
) -> None:
    """Scores are brought to the points that a heading says.

    Args:
        columns: by slug ("" for the total) the headings of Blackboard's own columns; no others are
            written.

    Raises:
        ExportError: none is given.
    """
    if not columns:
        raise ExportError(
            "blackboard: say which columns the scores go to, by their headings in the file that "
            f"Work Offline downloads: --column {EXAMPLE}; without SLUG= the total's"
        )
    maxima = {a.slug: a.max_score for a in gradebook.assignments}
    maxima[""] = sum(maxima.values())
    factors = {slug: factor(columns[slug], maxima.get(slug, 0)) for slug in columns}
    owners = Counter(person.login.casefold() for person in gradebook.people())
    stream.write(BOM.encode())
    with csv_rows(stream, quoting=csv.QUOTE_ALL) as rows:
        rows.writerow([*WHO, *columns.values()])
        for entry in gradebook:
            student, login = entry.student, entry.student.login
            if not login or owners[login.casefold()] > 1 or cell(login) != login:
                note(f"blackboard: {label(student)} is left out: no login of their own is known")
                continue
            if "" not in columns and whole_override(entry) is not None:
                note_not_shown("blackboard", student, entry.final)
            who = (*split_name(student.name), login, student.identifier)
            scores = (
                (score_of(entry, slug).final if slug else entry.final, factors[slug])
                for slug in columns
            )
            shown = ("" if score is None else number(score * times) for score, times in scores)
            rows.writerow([*map(cell, who), *shown])


def factor(heading: str, maximum: float) -> float:
    """What brings our scores to a column's points; 1 where it does not say how many it has."""
    found = _POINTS.search(heading)
    possible = float(found[1].replace(",", ".")) if found else 0.0
    if not possible or not maximum or possible == maximum:
        return 1.0
    note(
        f"blackboard: {heading!r} has {number(possible)} points and {number(maximum)} here: scores "
        "are scaled"
    )
    return possible / maximum
