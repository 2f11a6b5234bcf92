"""Whose results they are: the students of the class, and all that each was ever known by."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from grader.gradebook.keeping.database import Database
from grader.gradebook.model import Person
from grader.gradebook.people import Handle


class StoredStudent(msgspec.Struct, frozen=True):
    """A student as stored. `source` names the first hand-in within the class, None without one;
    `submission` is how the last is shown; `submitted_at` is UTC in ISO 8601, "" if not known;
    `upload` is where its system takes feedback back, as SYSTEM:START-OF-A-PATH; `doubt` names what
    was handed in last and may be theirs or another's."""

    student: Person
    source: str | None
    submission: str
    submitted_at: str
    standing: Literal["", "enrolled", "dropped"] = ""  # what rosters said; "": nothing
    upload: str = ""
    doubt: str = ""

    @property
    def is_dropped(self) -> bool:
        return self.standing == "dropped"


class Students(Database):
    """Those who handed in, and those on the roster."""

    def students(self) -> list[StoredStudent]:
        """All of them, by name."""
        rows = self._read(
            "SELECT key, name, identifier, email, login, section, team, github, number, source,"
            " submission, submitted_at, standing, upload, doubt FROM students"
        )
        students = []
        for key, name, identifier, email, login, section, team, github, number, *stored in rows:
            student = Person(
                key=key,
                name=name,
                identifier=identifier,
                email=email,
                login=login,
                section=section,
                group=team,
                github=github,
                number=number,
            )
            students.append(StoredStudent(student, *stored))
        return sorted(students, key=lambda s: (s.student.name.casefold(), s.student.key))

    def handles(self) -> dict[str, set[Handle]]:
        """By student, all that they were ever known by."""
        handles: dict[str, set[Handle]] = defaultdict(set)
        for key, kind, value in self._read("SELECT student, kind, value FROM handles"):
            handles[key].add((kind, value))
        for stored in self.students():
            handles[stored.student.key] |= handles_of(stored)
        return handles

    def set_students(
        self,
        students: Sequence[StoredStudent],
        replaced: Sequence[tuple[str, str]] = (),
        handles: Mapping[str, Iterable[Handle]] | None = None,
    ) -> None:
        """Add or update these, in one transaction.

        Args:
            replaced: (old key, new key) of students who turned out to be one: all that is stored of
                the old one is the new one's.
            handles: by student, what they are known by from now on, too.
        """
        with self._transaction() as connection:
            for stored in students:
                _write(connection, stored)
            for key, known in (handles or {}).items():
                connection.executemany(
                    "INSERT OR IGNORE INTO handles (student, kind, value) VALUES (?, ?, ?)",
                    [(key, *handle) for handle in known],
                )
            for old, new in replaced:
                _make_one(connection, old, new)


def _write(connection: sqlite3.Connection, stored: StoredStudent) -> None:
    """Add or update one."""
    student = stored.student
    connection.execute(
        "INSERT INTO students (key, source, name, identifier, email, login, section,"
        " team, github, number, submission, submitted_at, standing, upload, doubt)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET source = excluded.source,"
        " name = excluded.name, identifier = excluded.identifier,"
        " email = excluded.email, login = excluded.login,"
        " section = excluded.section, team = excluded.team,"
        " github = excluded.github, number = excluded.number,"
        " submission = excluded.submission, submitted_at = excluded.submitted_at,"
        " standing = excluded.standing, upload = excluded.upload, doubt = excluded.doubt",
        [
            student.key,
            stored.source,
            student.name,
            student.identifier,
            student.email,
            student.login,
            student.section,
            student.group,
            student.github,
            student.number,
            stored.submission,
            stored.submitted_at,
            stored.standing,
            stored.upload,
            stored.doubt,
        ],
    )


def _make_one(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Give all that is stored of one student to another, who turned out to be the same."""
    for table in tables_of_students(connection):
        connection.execute(
            f"UPDATE OR IGNORE {table} SET student = ? WHERE student = ?", [new, old]
        )
        connection.execute(f"DELETE FROM {table} WHERE student = ?", [old])
    connection.execute("DELETE FROM students WHERE key = ?", [old])


def tables_of_students(connection: sqlite3.Connection) -> list[str]:
    """The tables whose rows are of a student each."""
    return [
        table
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for row in connection.execute(f"PRAGMA foreign_key_list({table})")
        if (row[2], row[3]) == ("students", "student")
    ]


def handles_of(stored: StoredStudent) -> set[Handle]:
    """What a student's own row says that they are known by."""
    student = stored.student
    known = {
        ("source", stored.source or ""),
        ("label", stored.submission),
        ("identifier", student.own_identifier),
        ("email", student.email),
        ("login", student.login),
        ("github", student.github),
        ("number", student.number),
        ("name", student.name),
    }
    return {handle for handle in known if handle[1]}
