"""Which row of Canvas's gradebook is whose: by numbers and logins, then by a name of one's own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from grader.gradebook.formats.canvas_file import CanvasFile
from grader.gradebook.model import Person
from grader.gradebook.people import name_forms
from grader.gradebook.scores import label, note

Index = dict[str, set[int]]  # what a row may be found by -> the places of these rows


def match_students(students: Sequence[Person], file: CanvasFile) -> dict[int, int]:
    """place of a row in the file -> place of its student in `students`.

    Whoever is not found, or could be somebody else, gets no row and a line on stderr.
    """
    numbers, names = index_numbers(file), index_names(file)
    by_number: dict[int, int] = {}
    by_name: dict[int, int] = {}
    problems: dict[int, str] = {}
    for who, student in enumerate(students):
        numbered = set().union(*(numbers[value] for value in own_numbers(student)))
        named = set().union(*(names[form] for form in name_forms(student.name)))
        if len(numbered) > 1 and len(numbered & named) == 1:
            numbered &= named
        if len(numbered) > 1:
            problems[who] = "their identifier and login are those of several rows"
        elif numbered and named and not numbered & named:
            problems[who] = "their identifier or login is in one row, their name in another"
        elif numbered:
            by_number[who] = numbered.pop()
        elif len(named) == 1:
            by_name[who] = named.pop()
        else:
            problems[who] = "several rows have that name" if named else "no row is theirs"
    claims, name_claims = Counter(by_number.values()), Counter(by_name.values())
    rows = {}
    for who, place in (by_number | by_name).items():
        if who in by_number and claims[place] > 1:
            problems[who] = "another student has the same identifier or login"
        elif who in by_name and claims[place]:
            problems[who] = "the row of that name is another student's, by its number"
        elif who in by_name and name_claims[place] > 1:
            problems[who] = "another student has the same name, and neither a known number"
        else:
            rows[place] = who
    for who in sorted(problems):
        note(f"canvas: {label(students[who])} is not in {file.name}: {problems[who]}")
    return rows


def own_numbers(student: Person) -> set[str]:
    number = student.number.removeprefix("canvas:")
    values = (number, student.identifier, student.login, student.email)
    return {value.strip().casefold() for value in values} - {""}


def index_numbers(file: CanvasFile) -> Index:
    columns = [file.column(name) for name in (r"ID", r"SIS\s+User\s+ID", r"SIS\s+Login\s+ID")]
    index: Index = defaultdict(set)
    for place in file.students:
        for column in columns:
            if value := file.records[place].cell(column).casefold():
                index[value].add(place)
    return index


def index_names(file: CanvasFile) -> Index:
    index: Index = defaultdict(set)
    for place in file.students:
        for form in names_of(file.name_at(place)):
            index[form].add(place)
    return index


def names_of(name: str) -> Collection[str]:
    """A name in its forms; Canvas exports one that begins with "=" as `="name"`."""
    quoted = re.fullmatch(r'="(.*)"', name, re.DOTALL)
    return name_forms(quoted[1] if quoted else name)
