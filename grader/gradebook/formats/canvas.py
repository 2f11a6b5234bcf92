"""Scores for Canvas: written into the CSV that Canvas exported, or a file for it from nothing.

How Canvas takes a file (lib/gradebook_importer.rb): a row's student by ID, then SIS User ID, then
SIS Login ID, then the first of that name; a column's assignment by the number in brackets after its
title, or else by its title.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from grader.gradebook.formats.canvas_file import (
    POINTS_POSSIBLE,
    CanvasFile,
    harmless,
    read_canvas_file,
)
from grader.gradebook.formats.canvas_students import match_students
from grader.gradebook.formats.csv_files import cell, csv_rows
from grader.gradebook.model import Entry, Gradebook, Person
from grader.gradebook.scores import (
    ExportError,
    label,
    note,
    note_not_shown,
    number,
    score_of,
    whole_override,
)
from grader.text import some

EXCUSED, NOT_ASSIGNED = "EX", "N/A"
MOST_TITLES = 12  # in a message


@dataclass(frozen=True)
class FinalScores:
    """A student's final scores by slug; "" is the whole submission's."""

    student: Person
    scores: dict[str, float | None]
    is_overridden: bool  # as a whole, which the assignments' scores don't show


@dataclass(frozen=True)
class Column:
    """A column of Canvas's for our scores; `factor` brings them to its points possible."""

    slug: str
    index: int
    factor: float


def write_canvas(
    gradebook: Gradebook,
    stream: BinaryIO,
    *,
    canvas_csv: Path | None = None,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Write the final scores, with two decimals.

    Without `canvas_csv` Canvas has to find students by SIS ids or names, and assignments by titles.

    Args:
        columns: by slug ("" for the total) what Canvas calls the column, where that is neither
            title nor slug.

    Raises:
        ExportError: `canvas_csv` is no gradebook of Canvas's, or none of its columns is ours.
    """
    named = dict(columns or {})
    if canvas_csv is None and named:
        raise ExportError("--column names a column of Canvas's file; give it with --canvas")
    file = None if canvas_csv is None else read_canvas_file(canvas_csv)
    found = None if file is None else find_columns(gradebook, file, named)
    class_grades = [grades_of(entry, gradebook) for entry in gradebook]
    if file is None or found is None:
        write_anew(gradebook, class_grades, stream)
    else:
        merge(found, class_grades, file, stream)


def grades_of(entry: Entry, gradebook: Gradebook) -> FinalScores:
    scores = {a.slug: score_of(entry, a.slug).final for a in gradebook.assignments}
    return FinalScores(entry.student, scores | {"": entry.final}, whole_override(entry) is not None)


def note_overridden(class_grades: Iterable[FinalScores]) -> None:
    for grades in class_grades:
        if grades.is_overridden:
            note_not_shown("canvas", grades.student, grades.scores[""])


# ---------------------------------------------------------------- into Canvas's own file


def merge(
    columns: list[Column], class_grades: list[FinalScores], file: CanvasFile, stream: BinaryIO
) -> None:
    """Change the cells that hold our scores, and what a spreadsheet would run; nothing else."""
    rows = match_students([grades.student for grades in class_grades], file)
    if all(column.slug for column in columns):
        note_overridden(class_grades[who] for who in rows.values())
    for place, record in enumerate(file.records):
        changes = harmless(file, place) if place in file.students else {}
        if place in rows:
            grades = class_grades[rows[place]]
            for column in columns:
                score, was = grades.scores[column.slug], record.cell(column.index)
                if score is None or was == NOT_ASSIGNED:
                    continue
                if was.upper() == EXCUSED:
                    note(f"canvas: {label(grades.student)} stays excused from {column.slug}")
                    continue
                changes[column.index] = f"{score * column.factor:.2f}"
        stream.write(file.encode(record, changes))


def find_columns(gradebook: Gradebook, file: CanvasFile, named: dict[str, str]) -> list[Column]:
    """The columns that are `named`, or else called after an assignment's title or slug, or after
    the course: its total."""
    total = sum(assignment.max_score for assignment in gradebook.assignments)
    wanted = [(a.slug, {a.title, a.slug}, a.max_score) for a in gradebook.assignments]
    columns = []
    without = []
    for slug, names, max_score in [*wanted, ("", {gradebook.title}, total)]:
        if slug in named:
            names = {named[slug]}
        names = {name.strip().casefold() for name in names}
        found = [
            (index, title, possible)
            for index, title, possible in file.assignments()
            if names & {title.strip().casefold(), file.header[index].strip().casefold()}
        ]
        if len(found) > 1:
            note(f"canvas: {file.name} has several columns {found[0][1]!r}: none is written")
        elif found:
            index, title, possible = found[0]
            columns.append(Column(slug, index, scaling(title, possible, max_score)))
        elif slug in named:
            raise ExportError(
                f"{file.name}: there is no column {named[slug]!r}; there are {some_titles(file)}"
            )
        elif slug:
            without.append(slug)
    if not columns:
        raise ExportError(
            f"{file.name}: no column is named after an assignment, its slug or the course; say "
            f"with --column which one the total goes to: {some_titles(file)}"
        )
    if without and any(column.slug for column in columns):
        note(
            f"canvas: {file.name} has no column for {', '.join(without)}; make these assignments "
            "in Canvas, or name their columns with --column SLUG=NAME"
        )
    elif without:
        note("canvas: only the total is written, as no other column is named after an assignment")
    return columns


def scaling(title: str, possible: float | None, max_score: float) -> float:
    """What scores are multiplied by for a column of so many points, told where it is not 1."""
    factor = possible / max_score if possible and max_score else 1.0
    if factor != 1:
        note(
            f"canvas: {title!r} has {number(possible)} points in Canvas and "
            f"{number(max_score)} here: scores are scaled"
        )
    return factor


def some_titles(file: CanvasFile) -> str:
    """The columns that Canvas takes scores from, as far as fits a line."""
    titles = [repr(title) for _, title, _ in file.assignments()]
    return some(titles, MOST_TITLES) if titles else "none that takes scores"


# ---------------------------------------------------------------- a file from nothing


def write_anew(gradebook: Gradebook, class_grades: list[FinalScores], stream: BinaryIO) -> None:
    """The columns that Canvas demands; ID holds what Canvas itself has told of a student, and
    identifiers go to SIS User ID.

    Whom Canvas could take for somebody else is left out.
    """
    note(
        "canvas: without --canvas, Canvas finds students by SIS ids or exact names, and takes the "
        "assignments for new ones unless their titles are the same; better give the CSV it exported"
    )
    note_overridden(class_grades)
    handles = [ids_of(grades.student) for grades in class_grades]
    owners = Counter(value for _, *sis in handles for value in set(sis) - {""})
    namesakes = Counter(grades.student.name.casefold() for grades in class_grades)
    with csv_rows(stream) as rows:
        titles = [cell(assignment.title) for assignment in gradebook.assignments]
        rows.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles])
        maxima = [f"{assignment.max_score:.2f}" for assignment in gradebook.assignments]
        rows.writerow([f"    {POINTS_POSSIBLE}", "", "", "", "", *maxima])
        for grades, ids in zip(class_grades, handles, strict=True):
            name = cell(grades.student.name).replace(POINTS_POSSIBLE, "Points_Possible")
            canvas_id, *sis = ids
            is_known = canvas_id or any(owners[value] == 1 for value in sis)
            if not canvas_id and any(owners[value] > 1 for value in sis):
                note(f"canvas: {label(grades.student)} is left out: others share their SIS id")
                continue
            if not is_known and (namesakes[grades.student.name.casefold()] > 1 or not name.strip()):
                note(f"canvas: {label(grades.student)} is left out: no SIS id, and no unique name")
                continue
            scores = (grades.scores[assignment.slug] for assignment in gradebook.assignments)
            rows.writerow(
                [name, *ids, cell(grades.student.section)]
                + ["" if score is None else f"{score:.2f}" for score in scores]
            )


def ids_of(student: Person) -> tuple[str, str, str]:
    """Canvas's own number, SIS User ID and SIS Login ID; empty where a cell can't hold them as they
    are."""
    system, _, number = student.number.partition(":")
    own = number if system == "canvas" else ""
    values = (own, student.own_identifier.strip(), student.login.strip())
    canvas_id, user_id, login = (value if cell(value) == value else "" for value in values)
    return canvas_id, user_id, login
