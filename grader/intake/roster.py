"""The roster: a CSV that says who is in the class, as a person or a course system writes it.

Its columns are told by their headings, in whatever order: a name in one column or two, numbers, an
e-mail address, a login, a name on GitHub, a section, a group, when something was submitted.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from itertools import chain
from pathlib import Path
from typing import Literal

from grader.intake.csv_table import Table, read_table
from grader.intake.encodings import TableError
from grader.intake.headings import PARTICIPANT_WORDS, spelt
from grader.intake.standing import is_role_of_staff, says_gone
from grader.intake.times import parse_time
from grader.text import count_of, fold, show_name, some, utc_text

_NAMES = {"name", "first_name", "last_name"}
# By these two lines are of one person.
_TOLD_BY = ("numbers", "identifiers", "email", "login", "github")
_TEST_STUDENT = ("student, test", "test student")
_PREVIEW = "_previewuser"  # whom Blackboard makes for a teacher to see what students see
_WHOLE = re.compile(r"\A(\d+)\.0+\Z")  # a number that has been taken for a measurement
# As mail programs write a person: a name, and the address in angles.
_NAME_AND_ADDRESS = re.compile(r"\"?(?P<name>[^<>@\"]+?)\"?\s*<(?P<email>[^<>\s]+@[^<>\s]+)>")
_REMARK = re.compile(r"(?=.*\s)(?=.*[\d:])[^@]+")
_ROUNDED = re.compile(r"\d[.,]\d+E\+\d+")
# A name on GitHub, however people give it.
_GITHUB_NAME = re.compile(
    r"(?i)\A(?:(?:https?://)?(?:www\.)?github\.com/|@)([^/\s?#]+)(?:[/?#]\S*)?\Z"
)
NAMED = 3  # at most so many names in a note


class RosterError(ValueError):
    """The roster can't be used: one line that names the line and says what to do."""


@dataclass(frozen=True)
class Line:
    """Someone on the roster.

    `numbers` are course systems' own, as "canvas:77"; `identifiers` the institution's, the best
    first; `other_emails` what stands in the cell beside `email`; `also_called` another name that
    they go by. `submitted_at` is UTC in ISO 8601, "" if it does not say; `extension` is as written.
    """

    name: str
    identifiers: tuple[str, ...] = ()
    email: str = ""
    login: str = ""
    submitted_at: str = ""
    github: str = ""
    sections: tuple[str, ...] = ()
    group: str = ""
    extension: str = ""
    numbers: tuple[str, ...] = ()
    other_emails: tuple[str, ...] = ()
    also_called: str = ""
    role: Literal["student", "staff", "dropped"] = "student"

    @property
    def identifier(self) -> str:
        return self.identifiers[0] if self.identifiers else ""

    @property
    def section(self) -> str:
        return ", ".join(self.sections)


@dataclass(frozen=True)
class Roster:
    """Who is in the class, each once, and what is odd about the file, a line each.

    `others` are listed as well, and are no students of the class: staff, or dropped.
    """

    lines: list[Line]
    notes: list[str] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)


def read_roster(
    path: Path, zone: tzinfo, columns: Mapping[str, Sequence[str]] | None = None
) -> Roster:
    """The roster at `path`; a time without a zone is in `zone`.

    Args:
        columns: headings of a course's own, by the field that they mean.

    Raises:
        RosterError: it can't be read, or two lines claim one person.
    """
    where = show_name(path.name)
    try:
        table, encoding = read_table(path.read_bytes(), columns or {})
    except OSError as error:
        raise RosterError(f"{where}: can't be read: {error.strerror or error}") from None
    except TableError as error:
        raise RosterError(f"{where}: {error}") from None
    notes = []
    if table.unread and not table.columns.keys() & _NAMES:
        notes.append(
            f"{where}: no column is known to hold names; if one of these does, say so in "
            f"course.toml's [roster]: {some([show_name(text) for text in table.unread], NAMED)}"
        )
    if "identifier" not in table.columns and (heading := table.like_identifiers()):
        notes.append(
            f"{where}: the numbers under {show_name(heading)!r} are not read; if they are the "
            "students' own, say so in course.toml: [roster] identifier = "
            f"{json.dumps(show_name(heading), ensure_ascii=False)}"
        )
    lines: list[tuple[int, Line]] = []
    others: list[Line] = []
    identifiers = []
    remarks = remarks_below(table.rows)
    staff = 0
    for number, row in table.rows:
        if number in remarks:
            notes.append(f"{where}, line {number}: no person, so left out: {remarks[number]}")
        elif is_staff(table, row):
            staff += 1
            if (line := line_of(table, row)) is not None:
                others.append(replace(line, role="staff"))
        elif (line := line_of(table, row)) is not None:
            line, unread = with_time(line, table.cell(row, "submitted"), zone)
            if unread:
                notes.append(f"{where}, line {number}: {unread}")
            identifiers.append(line.identifiers)
            line = without_rounded(line)
            if is_gone(table, row):
                others.append(replace(line, role="dropped"))
            else:
                lines.append((number, line))
    if not encoding.startswith("utf"):
        notes.append(_read_as(encoding, where, [line.name for _, line in lines]))
    if staff:
        left_out = count_of(staff, "line")
        notes.append(f"{where}: {left_out} of staff or test students left out")
    if not lines:
        raise RosterError(f"{where}: it lists nobody; check the file, or leave --roster out")
    if rounded := next(filter(_ROUNDED.fullmatch, chain(*identifiers)), ""):
        notes.append(
            f"{where}: a spreadsheet has rounded numbers, as {rounded}: make that column text and "
            "save the list anew"
        )
    listed = each_once(lines, where)
    others = apart_from(listed, others)
    if gone := [show_name(line.name) for line in others if line.role == "dropped"]:
        notes.append(f"{where}: dropped by what the list says of them: {some(gone, NAMED)}")
    return Roster(listed, notes, others)


def with_time(line: Line, time: str, zone: tzinfo) -> tuple[Line, str]:
    """`line` with when its person handed in, and what is to be said of a `time` that can't be
    read; "": nothing."""
    moment = parse_time(time, zone)
    if moment is not None:
        return replace(line, submitted_at=utc_text(moment)), ""
    if time in ("", "-"):
        return line, ""
    return line, (
        f"the time {show_name(time)!r} can't be read and is left out; write it like "
        "2026-10-31T23:59:00+01:00"
    )


def _read_as(encoding: str, where: str, names: Sequence[str]) -> str:
    """How a list was read that does not say it, for a person to see whether that was right."""
    odd = [show_name(name) for name in names if not name.isascii()]
    example = f", with names like {some(odd[:NAMED], NAMED)}" if odd else ""
    return (
        f"{where}: not UTF-8, so read as {encoding.capitalize()}{example}; if names look wrong, "
        "save it as CSV UTF-8"
    )


# ---------------------------------------------------------------- a line


def name_of(table: Table, row: Sequence[str]) -> str:
    first = table.cell(row, "first_name") or table.cell(row, "preferred_name")
    parts = (first, table.cell(row, "infix"), table.cell(row, "last_name"))
    return table.cell(row, "name") or " ".join(filter(None, parts))


def preferred_name(table: Table, row: Sequence[str]) -> str:
    """What somebody is called beside their name on the list; "" if that is the same."""
    first = table.cell(row, "preferred_name")
    last = set(fold(table.cell(row, "last_name")).split())
    if last and last <= set(fold(first).split()):  # it is a whole name
        return first
    family = (table.cell(row, part) for part in ("infix", "last_name"))
    return " ".join(filter(None, (first, *family))) if first else ""


def remarks_below(rows: Sequence[tuple[int, list[str]]]) -> dict[int, str]:
    """What stands alone in the rows below the last that has several cells, as "Total: 30 students",
    by the numbers of their lines."""
    remarks: dict[int, str] = {}
    for number, row in reversed(rows):
        cells = list(filter(None, map(str.strip, row)))
        if len(cells) > 1:
            return remarks
        if cells and _REMARK.fullmatch(cells[0]):
            remarks[number] = show_name(cells[0])
    return {}  # a list of one column


def without_rounded(line: Line) -> Line:
    """A number that a spreadsheet has rounded is that of others as well."""
    exact = tuple(i for i in line.identifiers if not _ROUNDED.fullmatch(i))
    return line if exact == line.identifiers else replace(line, identifiers=exact)


def is_staff(table: Table, row: Sequence[str]) -> bool:
    is_preview = table.cell(row, "login").endswith(_PREVIEW)
    is_test = fold(name_of(table, row)) in _TEST_STUDENT or is_preview
    return is_test or any(map(is_role_of_staff, table.cells(row, "role")))


def is_gone(table: Table, row: Sequence[str]) -> bool:
    """Whether the list says that somebody has left the class."""
    return any(map(says_gone, table.cells(row, "standing")))


def line_of(table: Table, row: Sequence[str]) -> Line | None:
    """None for what is no person: an empty row, and Canvas's row of possible points."""
    name, email, *other_emails = name_of(table, row), *_addresses(table.cell(row, "email"))
    if beside := _NAME_AND_ADDRESS.fullmatch(name):
        name, email = beside["name"], email or beside["email"]
    identifiers, numbers = [], []
    for cell in table.cells(row, "identifier"):
        # GitHub Classroom's is whatever the teacher has, and its name is the account's.
        if "github" in table.columns and _is_name(cell):
            name = cell
        elif "@" in cell and not email:
            email = cell
        elif place := _participant(cell):
            numbers.append(f"moodle:{place}")
        else:
            identifiers.append(_WHOLE.sub(r"\1", cell.removeprefix("#")))
    for cell in table.cells(row, "participant"):
        numbers.append(f"moodle:{_participant(cell) or cell}")
    numbers += [f"canvas:{cell}" for cell in table.cells(row, "canvas")]
    section = table.cell(row, "section")
    line = Line(
        name,
        tuple(dict.fromkeys(identifiers)),
        email,
        table.cell(row, "login").removeprefix("#"),
        github=_GITHUB_NAME.sub(r"\1", table.cell(row, "github")),
        sections=tuple(filter(None, map(str.strip, section.split(";")))),
        group=table.cell(row, "group"),
        extension=table.cell(row, "extension"),
        numbers=tuple(numbers),
        other_emails=tuple(other_emails),
        also_called=preferred_name(table, row),
    )
    # Whoever calls themselves like Canvas's row has a number, or an address.
    is_named = bool(name) and not fold(name).startswith("points possible")
    is_somebody = any((is_named, identifiers, numbers, line.email, line.login, line.github))
    return line if is_somebody else None


def _addresses(cell: str) -> list[str]:
    """The e-mail addresses in a cell, as which anything is taken that stands there alone."""
    parts = (part.removeprefix("mailto:") for part in re.split(r"[\s,;<>]+", cell))
    return [part for part in parts if "@" in part] or [cell]


def _is_name(cell: str) -> bool:
    """Whether it is in words, of which none can be a number or an address."""
    words = cell.replace(",", " ").split()
    return len(words) > 1 and not any(c.isdigit() or c == "@" for c in cell)


def _participant(cell: str) -> str:
    """The number behind Moodle's word for a participant; "" if there is no such word."""
    match = re.fullmatch(r"(\D+?)\s*(\d+)", cell)
    return match[2] if match and spelt(match[1]) in PARTICIPANT_WORDS else ""


# ---------------------------------------------------------------- each person once


def each_once(lines: Sequence[tuple[int, Line]], where: str) -> list[Line]:
    """One line a person: who stands in two sections has both.

    Raises:
        RosterError: what should be one person's own is on lines of different names, or two lines
            have a name and nothing that tells them apart.
    """
    people: list[tuple[int, Line]] = []
    place_of: dict[tuple[str, str], int] = {}
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, line in lines:
        own = [(kind, fold(value)) for kind in _TOLD_BY for value in _values(line, kind)]
        found = sorted({place_of[key] for key in own if key in place_of})
        alone = by_name[" ".join(sorted(_words(line.name)))]
        if not own:
            found = alone
        for place in found:
            before, other = people[place]
            if not own:
                raise RosterError(
                    f"{where}, line {number}: {show_name(line.name)} is on line {before} already; "
                    "remove one of them, or add a column that tells them apart, such as the e-mail "
                    "address"
                )
            words = (_words(line.name), _words(other.name))
            if not (words[0] <= words[1] or words[1] <= words[0]):
                shared = next(value for kind, value in own if place_of.get((kind, value)) == place)
                raise RosterError(
                    f"{where}, line {number}: {show_name(shared)} is on line {before} already, of "
                    f"{show_name(other.name)}; mend or remove one of them"
                )
        if found:
            place = found[0]
            people[place] = (people[place][0], _together(people[place][1], line))
        else:
            place = len(people)
            people.append((number, line))
            alone.append(place)
        for key in own:
            place_of[key] = place
    return [line for _, line in people]


def apart_from(students: Sequence[Line], others: Sequence[Line]) -> list[Line]:
    """Those of the `others` who are no students, each once: who has changed the section stands on a
    list twice."""

    def known_by(line: Line) -> set[tuple[str, str]]:
        own = {(kind, fold(value)) for kind in _TOLD_BY for value in _values(line, kind)}
        return own or {("name", " ".join(sorted(_words(line.name))))}

    seen = set().union(*map(known_by, students))
    found = []
    for line in others:
        if seen.isdisjoint(known_by(line)):
            found.append(line)
        seen |= known_by(line)
    return found


def _values(line: Line, kind: str) -> tuple[str, ...]:
    if kind == "email":
        return tuple(filter(None, (line.email, *line.other_emails)))
    value = getattr(line, kind)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _words(name: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in fold(name)).split())


def _together(one: Line, other: Line) -> Line:
    def either(kind: str) -> str:
        value: str = getattr(one, kind) or getattr(other, kind)
        return value

    def both(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*getattr(one, kind), *getattr(other, kind))))

    return Line(
        either("name"),
        both("identifiers"),
        either("email"),
        either("login"),
        either("submitted_at"),
        either("github"),
        both("sections"),
        either("group"),
        either("extension"),
        both("numbers"),
        both("other_emails"),
        either("also_called"),
    )
