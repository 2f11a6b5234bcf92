"""CSV for Brightspace's grade import: a row a student, and "<item> Points Grade" an assignment.

As D2L's page "Importing grades" has it:
- A student is known by OrgDefinedId, Username or both. In front of each stands "#", as in what
  Brightspace exports: so spreadsheets drop no zeros, and run nothing.
- Which item is meant its name says; an unknown one can be made while importing. A grade above an
  item's maximum is cut down to it, unless the item "can exceed".
- A blank is no grade. Hence the last column, which never is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import BinaryIO

from grader.gradebook.formats.csv_files import cell, csv_rows
from grader.gradebook.model import Gradebook, Person
from grader.gradebook.scores import label, note, note_not_shown, number, score_of, whole_override

MARK = "#"


def write_brightspace(
    gradebook: Gradebook, stream: BinaryIO, *, columns: Mapping[str, str] | None = None
) -> None:
    """Who is not known there, or is known as others are, is left out, and told.

    Args:
        columns: by slug ("" for the total) what Brightspace calls the item, where that is not the
            title; the total is written only if it is named.
    """
    named = dict(columns or {})
    titles = {a.slug: named.get(a.slug, a.title) for a in gradebook.assignments}
    titles |= {"": named[""]} if "" in named else {}
    maxima = {a.slug: a.max_score for a in gradebook.assignments}
    owners = Counter(id for person in gradebook.people() for id in {*ids_of(person)})
    with csv_rows(stream) as rows:
        headings = [f"{cell(title)} Points Grade" for title in titles.values()]
        rows.writerow(["OrgDefinedId", "Username", *headings, "End-of-Line Indicator"])
        for entry in gradebook:
            student = entry.student
            ids = [value if owners[value] == 1 else "" for value in ids_of(student)]
            if not any(ids):
                note(
                    f"brightspace: {label(student)} is left out: no identifier or login of their "
                    "own is known"
                )
                continue
            scores = {slug: score_of(entry, slug).final if slug else entry.final for slug in titles}
            if "" not in titles and whole_override(entry) is not None:
                note_not_shown("brightspace", student, entry.final)
            for slug, score in scores.items():
                if score is not None and score > maxima.get(slug, entry.max_score):
                    note(
                        f"brightspace: {label(student)}: {titles[slug]!r} is above its maximum, to "
                        "which Brightspace cuts it down unless that item can exceed it"
                    )
            known = (MARK + value if value else "" for value in ids)
            rows.writerow([*known, *map(number, scores.values()), MARK])


def ids_of(student: Person) -> tuple[str, str]:
    """OrgDefinedId and Username, "" where a cell can't hold them as they are. A number of another
    course system's is no identifier."""
    ids = student.own_identifier.strip(), student.login.strip()
    identifier, login = (value if cell(MARK + value) == MARK + value else "" for value in ids)
    return identifier, login
