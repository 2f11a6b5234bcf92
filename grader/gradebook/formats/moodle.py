"""CSV for Moodle's grade import: a column that names the user, then grade and feedback columns.

How Moodle reads it (grade/import/csv/classes/load_data.php, lib/csvlib.class.php) sets the rules:
- One unknown user, or a grade above the site's maximum of 100, aborts the whole import.
- A row with an empty user is given to the user of the row before: so there is one user column, and
  whoever has nothing unmistakable in it is left out. PHP takes "0" for empty too.
- Cells are read by PHP's fgetcsv, to which a backslash before a quote is an escape.
- Feedback is shown as HTML. Where a text holds "$$", its MathJax filter (filter/mathjaxloader) has
  all of it typeset as formulas, which can hide words and hold links.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from typing import BinaryIO

from grader.gradebook.formats.csv_files import cell, csv_rows
from grader.gradebook.late import explained
from grader.gradebook.model import AssignmentInfo, Entry, Gradebook, Person
from grader.gradebook.scores import (
    ExportError,
    label,
    late_percent,
    note,
    number,
    score_of,
    whole_override,
)

SITE_MAXIMUM = 100.0
FEEDBACK_CHARACTERS = 4_000
# By which Moodle's filters know formulas; those with a backslash are broken up with it.
_OPENS_FORMULA = re.compile(r"\$(?=\$)|(?<=\$)\$|\[(?=/?tex\])")

# Moodle's names for its user fields, the most trustworthy first: an identifier may be the number
# that a bulk download gave the submission, which is nobody's ID number.
USER_FIELDS: dict[str, Callable[[Person], str]] = {
    "useremail": lambda student: student.email.strip(),
    "username": lambda student: student.login.strip(),
    "useridnumber": lambda student: student.identifier.strip(),
}


def write_moodle(gradebook: Gradebook, stream: BinaryIO) -> None:
    """A blank grade is no grade. Who is left out, and why, is said on stderr.

    Raises:
        ExportError: no student has anything that Moodle could know them by.
    """
    field, owners = choose_field(gradebook)
    total = AssignmentInfo(
        slug="", title="Total", max_score=sum(a.max_score for a in gradebook.assignments)
    )
    columns = [*gradebook.assignments, total]
    with csv_rows(stream) as rows:
        header = [field, "name"]
        for column in columns:
            header += [heading(column), f"{heading(column)} feedback"]
        rows.writerow(text_cell(name) for name in header)
        for entry in gradebook:
            user = USER_FIELDS[field](entry.student)
            if owners[user.casefold()] != 1 or not usable(user):
                reason = "is others' too" if usable(user) else "is not known or not usable"
                note(f"moodle: {label(entry.student)} is left out: their {field} {reason}")
                continue
            row = [user, text_cell(entry.student.name)]
            for column in columns:
                grade = entry.final if column is total else score_of(entry, column.slug).final
                row.append(grade_cell(entry, column, grade))
                row.append("" if grade is None else text_cell(feedback(entry, column)))
            rows.writerow(row)


def choose_field(gradebook: Gradebook) -> tuple[str, Counter[str]]:
    """The user field that tells the most students apart, and how many share each value."""
    owners: dict[str, Counter[str]] = {field: Counter() for field in USER_FIELDS}
    for person in gradebook.people():
        for field, value_of in USER_FIELDS.items():
            if usable(value_of(person)):
                owners[field][value_of(person).casefold()] += 1
    unique = {f: sum(count == 1 for count in values.values()) for f, values in owners.items()}
    best = max(unique, key=lambda field: unique[field])  # of equals, the first
    if not unique[best]:
        raise ExportError(
            "moodle: no student has an e-mail, a login or an identifier of their own; "
            "grade the class with --roster, a CSV that has one of them"
        )
    if best == "useridnumber":
        note(
            "moodle: only identifiers are known, and these have to be Moodle's ID numbers, "
            "not the numbers in its downloads; a --roster with e-mails or logins is safer"
        )
    return best, owners[best]


def usable(user: str) -> bool:
    """Whether `user` reaches Moodle as it is: not empty to PHP, nothing to quote or to defuse."""
    return user not in ("", "0") and cell(user) == user and not set(user) & set('\\",;&')


def heading(column: AssignmentInfo) -> str:
    return column.title if column.max_score <= SITE_MAXIMUM else f"{column.title} (percent)"


def grade_cell(entry: Entry, column: AssignmentInfo, grade: float | None) -> str:
    """The grade, never above its maximum; in percent where that is more than Moodle takes."""
    if grade is None:
        return ""
    if grade > column.max_score:
        note(
            f"moodle: {label(entry.student)}: {column.title}: {number(grade)} is written as the "
            f"maximum, {number(column.max_score)}: Moodle refuses files with more"
        )
        grade = column.max_score
    if column.max_score > SITE_MAXIMUM:
        grade = 100 * grade / column.max_score
    return number(grade)


def feedback(entry: Entry, column: AssignmentInfo) -> str:
    """Why the grade is not the full one: what a person or a policy did, then the checks,
    then how the file was read, where that needs saying."""
    parts = [
        f"Set to {number(override.score)}: {override.reason}"
        for override in entry.overrides
        if override.slug == column.slug
    ]
    parts += [comment.text for comment in entry.comments if comment.slug == column.slug]
    if column.slug in entry.lateness:
        parts.append(f"Late: {explained(entry.lateness[column.slug])}")
    elif not column.slug and late_percent(entry) and whole_override(entry) is None:
        parts.append(f"Late: {number(late_percent(entry))}% taken off")
    for assignment in entry.report.assignments if entry.report is not None else ():
        if assignment.slug == column.slug:
            parts += [
                f"{check.title}: {check.message}"
                for check in assignment.checks
                if check.verdict not in ("passed", "not_judged")
            ]
            parts += assignment.notes
    return " | ".join(parts)[:FEEDBACK_CHARACTERS]


def text_cell(text: str) -> str:
    """`text` for Moodle to show: one line, neither markup nor a formula of mathematics, and without
    what fgetcsv stumbles over."""
    line = html.escape(" ".join(text.split()), quote=False)
    line = _OPENS_FORMULA.sub(lambda match: f"&#{ord(match[0])};", line)
    # Cells are made harmless last: what stands after "&quot;" stands after a semicolon.
    return cell(line.replace('"', "&quot;").replace("\\", "&#92;"))
