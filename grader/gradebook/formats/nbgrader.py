"""The CSV of `nbgrader export`: a row an assignment and student.

As nbgrader/plugins/export.py writes it: whoever handed nothing in has 0.0 and no timestamp, and
late_submission_penalty is in points. Due dates are not part of a gradebook and stay empty.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import BinaryIO

from grader.gradebook.formats.csv_files import cell, csv_rows
from grader.gradebook.model import Entry, Gradebook, Person
from grader.gradebook.scores import score_of

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def write_nbgrader(gradebook: Gradebook, stream: BinaryIO) -> None:
    """student_id is the login or else the identifier, where it is one student's alone, or the key.

    raw_score is the checks' score or what a person set in its place.
    """
    owners = Counter(map(known_as, gradebook.people()))
    with csv_rows(stream) as rows:
        rows.writerow(COLUMNS)
        for entry in gradebook:
            student = entry.student
            student_id = known_as(student)
            if owners[student_id] > 1:
                student_id = student.key
            last_name, first_name = split_name(student.name)
            for assignment in gradebook.assignments:
                score = score_of(entry, assignment.slug)
                counted, final = score.counted or 0.0, score.final or 0.0
                rows.writerow(
                    [
                        cell(assignment.slug),
                        "",
                        timestamp(came_at(entry, assignment.slug)),
                        cell(student_id),
                        cell(last_name),
                        cell(first_name),
                        cell(student.email),
                        decimal(counted),
                        decimal(counted - final),
                        decimal(final),
                        decimal(assignment.max_score),
                    ]
                )


def came_at(entry: Entry, slug: str) -> str:
    """When a module was handed in; "" if it was not, or nobody knows."""
    reports = [] if entry.report is None else entry.report.assignments
    if not any(a.slug == slug and a.status != "missing" for a in reports):
        return ""
    hand_in = entry.hand_ins.get(slug)
    return hand_in.submitted_at if hand_in is not None else entry.submitted_at


def known_as(student: Person) -> str:
    return student.login or student.identifier or student.key


def split_name(name: str) -> tuple[str, str]:
    """(last, first) of "Last, First" or "First Last": a guess, as names are not made that way."""
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.rpartition(" ")
    return last.strip(), first.strip()


def timestamp(iso: str) -> str:
    """A time as nbgrader's database gives it, in UTC; one that is not ISO 8601 stays as it is, and
    so does none."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return cell(iso)
    return f"{at.astimezone(UTC) if at.tzinfo else at:%Y-%m-%d %H:%M:%S}"


def decimal(value: float) -> str:
    """A number as Python shows a float, which is how nbgrader writes it."""
    return str(round(value, 4))
