"""The roster: a CSV that says who is in the class, as a person or a course system writes it.

Any of these columns, by name: the person's name (in one column or two), numbers, e-mail, login, and
when the work was submitted. Separated by commas, semicolons or tabs; UTF-8, with or without a BOM.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from grader.text import show_name, utc_text

# Folded headers, of one's own making and as Canvas, Moodle, Gradescope and nbgrader write them.
NAME = ("name", "full name", "student", "student name")
FIRST_NAME = ("first name", "given name", "firstname", "first_name")
LAST_NAME = ("last name", "surname", "family name", "lastname", "last_name")
IDENTIFIERS = (
    "identifier", "id", "student id", "student_id", "id number", "sid", "sis user id", "user id",
)  # fmt: skip
EMAIL = ("email", "email address", "e-mail", "mail")
LOGIN = ("login", "login id", "sis login id", "username", "user name")
SUBMITTED = (
    "submitted", "submitted at", "submitted_at", "submission time", "timestamp",
    "last modified (submission)",
)  # fmt: skip
KNOWN = {*NAME, *FIRST_NAME, *LAST_NAME, *IDENTIFIERS, *EMAIL, *LOGIN, *SUBMITTED}

# Besides ISO 8601: Moodle's worksheet in English.
TIME_FORMATS = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%d %B %Y, %I:%M %p")


class RosterError(ValueError):
    """The roster can't be used: one line that names the line and says what to do."""


@dataclass(frozen=True)
class Line:
    """Someone on the roster. `submitted_at` is UTC in ISO 8601, "" if it does not say."""

    name: str
    identifiers: tuple[str, ...] = ()
    email: str = ""
    login: str = ""
    submitted_at: str = ""

    @property
    def identifier(self) -> str:
        return self.identifiers[0] if self.identifiers else ""


def read_roster(path: Path, zone: tzinfo) -> list[Line]:
    """The roster's lines; a time without a zone is in `zone`.

    Raises:
        RosterError: it can't be read, or two lines are of the same person.
    """
    where = show_name(path.name)
    try:
        rows = read_rows(path.read_bytes())
    except OSError as error:
        raise RosterError(f"{where}: can't be read: {error.strerror or error}") from None
    except RosterError as error:
        raise RosterError(f"{where}: {error}") from None
    lines = []
    first: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        line = line_of(row, zone, f"{where}, line {number}")
        if line is None:
            continue
        known = {*line.identifiers, line.email, line.login} - {""}
        for identifier in known or {line.name}:
            if first.setdefault(fold(identifier), number) != number:
                raise RosterError(
                    f"{where}, line {number}: {show_name(identifier)} is on line "
                    f"{first[fold(identifier)]} already; remove one of them"
                )
        lines.append(line)
    return lines


def read_rows(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV with a header, as folded header -> stripped cell.

    Raises:
        RosterError: it is no such CSV.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RosterError("it is not UTF-8; save it as a CSV in UTF-8") from None
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise RosterError(f"it is no CSV ({error}); export it again") from None
    headers = [fold(cell) for cell in table[0]] if table else []
    if not KNOWN.intersection(headers):
        raise RosterError(
            "no column is called name, identifier, email or login; name them in its first line"
        )
    return [
        {header: cell.strip() for header, cell in zip(headers, row, strict=False)}
        for row in table[1:]
    ]


def line_of(row: dict[str, str], zone: tzinfo, where: str) -> Line | None:
    """None for what is no person: an empty line, and Canvas' line of possible points."""
    name = cell(row, NAME) or " ".join(filter(None, (cell(row, FIRST_NAME), cell(row, LAST_NAME))))
    if fold(name).startswith("points possible"):
        return None
    numbers = (row.get(column, "").removeprefix("Participant ") for column in IDENTIFIERS)
    line = Line(name, tuple(filter(None, numbers)), cell(row, EMAIL), cell(row, LOGIN))
    if line == Line(""):
        return None
    time = cell(row, SUBMITTED)
    if time in ("", "-"):
        return line
    moment = parse_time(time, zone)
    if moment is None:
        raise RosterError(
            f"{where}: the time {show_name(time)!r} can't be read; write it like "
            "2026-10-31T23:59:00+01:00"
        )
    return Line(line.name, line.identifiers, line.email, line.login, utc_text(moment))


def cell(row: dict[str, str], columns: Iterable[str]) -> str:
    return next((row[column] for column in columns if row.get(column)), "")


def parse_time(text: str, zone: tzinfo) -> datetime | None:
    """ISO 8601, or as course systems write times; None if it is neither."""
    text = text.strip().removesuffix(" UTC")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    for form in (*TIME_FORMATS, "%Y-%m-%d %H:%M:%S %z"):
        if moment is None:
            try:
                moment = datetime.strptime(text, form)
            except ValueError:
                continue
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


# ---------------------------------------------------------------- who is who


@dataclass(frozen=True)
class Person:
    """What is known of someone whom a roster's line is looked for."""

    name: str
    identifiers: tuple[str, ...]


def match(lines: Sequence[Line], people: Sequence[Person]) -> dict[int, int]:
    """Which line (by number) is which person (by number).

    By a number, an e-mail address or a login first; then by name, where only one line and one
    person have it.
    """
    by_identifier: dict[str, int] = {}
    for number, line in enumerate(lines):
        for identifier in (*line.identifiers, line.email, line.login):
            if identifier:
                by_identifier[fold(identifier)] = number
    matched: dict[int, int] = {}
    taken = set()
    for who, person in enumerate(people):
        for identifier in person.identifiers:
            line_number = by_identifier.get(fold(identifier))
            if line_number is not None and line_number not in matched:
                matched[line_number] = who
                taken.add(who)
                break
    lines_by_name: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        if number not in matched:
            for form in name_forms(line.name):
                lines_by_name[form].append(number)
    people_by_line: dict[int, set[int]] = defaultdict(set)
    for who, person in enumerate(people):
        if who in taken:
            continue
        candidates = {n for form in name_forms(person.name) for n in lines_by_name[form]}
        if len(candidates) == 1:
            people_by_line[candidates.pop()].add(who)
    matched.update({line: who.pop() for line, who in people_by_line.items() if len(who) == 1})
    return matched


def name_forms(name: str) -> set[str]:
    """A name as systems write it: its words in any turn ("Doe, Jane"), run together ("doejane")."""
    words = [w for w in ("".join(filter(str.isalnum, w)) for w in fold(name).split()) if w]
    return {"".join(words[i:] + words[:i]) for i in range(len(words))}


def fold(text: str) -> str:
    """For comparing: without case, accents and spaces around."""
    decomposed = unicodedata.normalize("NFKD", text.strip()).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))
