"""Which result is whose grade: a log, to which a change adds a line; the last one counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from grader.gradebook.keeping.database import now
from grader.gradebook.keeping.integrity import UnreadableError, read_report
from grader.gradebook.keeping.results import Result, Results, StoredSource
from grader.grading.key import Key

# The key that a result which was graded again goes by: nothing is found under it any more.
SET_ASIDE = "set aside"
NOBODY_KNOWS: Mapping[str, str] = MappingProxyType({})


class Grade(msgspec.Struct, frozen=True):
    """A line of the log: from `at` on, this result was the student's grade. `submitted_at`: when
    that work was handed in, "" if nobody knows."""

    student: str
    at: str
    result: int
    key: Key
    score: float
    max_score: float
    submitted_at: str = ""
    number: int = 0  # of the line

    @property
    def slug(self) -> str:
        return self.key.slug

    @property
    def code(self) -> str:
        return self.key.code


class StoredHandIn(msgspec.Struct, frozen=True):
    """Something that a student handed in: the number of its result, the digest of the file."""

    result: int
    slug: str
    code: str
    score: float
    submitted_at: str  # UTC, ISO 8601; "" if not known


class Grades(Results):
    """The results as the grades of students."""

    def add_result(
        self,
        result: Result,
        students: Iterable[str],
        times: Mapping[str, str] = NOBODY_KNOWS,
        source: StoredSource | None = None,
    ) -> None:
        """Keep a result as the grade of these students; one transaction.

        It takes the place of one that can't be read.

        Args:
            times: by student when they handed it in, UTC in ISO 8601, if it is known.
            source: what was graded, if it was a module.

        Raises:
            StoreError: it could not be read again.
        """
        with self._transaction() as connection:
            grades = {student: times.get(student, "") for student in students}
            self._grade(connection, result, grades, source)

    def replace_result(
        self,
        result: Result,
        students: Iterable[str],
        times: Mapping[str, str] = NOBODY_KNOWS,
        source: StoredSource | None = None,
    ) -> None:
        """As add_result, of what was graded again: the result that is stored under the same key is
        set aside, and whoever has it for a grade gets the new one."""
        with self._transaction() as connection:
            grades = self._set_aside(connection, result.key)
            grades |= {student: times.get(student, "") for student in students}
            self._grade(connection, result, grades, source)

    def _grade(
        self,
        connection: sqlite3.Connection,
        result: Result,
        grades: Mapping[str, str],
        source: StoredSource | None,
    ) -> None:
        number = self._keep(connection, result, source)
        for student, submitted_at in grades.items():
            self._set_grade(connection, student, result.key.slug, number, submitted_at)

    def _set_aside(self, connection: sqlite3.Connection, key: Key) -> dict[str, str]:
        """Keep a stored result for the log alone; whose grade it is, and when they handed it in."""
        result = self.result_id(key)
        aside = {**msgspec.json.decode(key.versions), SET_ASIDE: str(result)}  # no other's key
        connection.execute(
            "UPDATE results SET versions = ? WHERE id = ?",
            [msgspec.json.encode(aside).decode(), result],
        )
        connection.execute("DELETE FROM meanings WHERE result = ? AND graded", [result])
        return dict(
            connection.execute(
                "SELECT student, coalesce(submitted_at, '') FROM grades"
                " LEFT JOIN hand_ins ON grade = id WHERE result = ? AND id ="
                " (SELECT max(id) FROM grades AS g"
                " WHERE g.student = grades.student AND g.slug = grades.slug)",
                [result],
            ).fetchall()
        )

    def set_grades(self, grades: Iterable[tuple[str, str, int, str]]) -> None:
        """Make (student, slug, result, when it was handed in) current where they are not; one
        transaction."""
        with self._transaction() as connection:
            for student, slug, result, submitted_at in grades:
                self._set_grade(connection, student, slug, result, submitted_at)

    def _set_grade(
        self,
        connection: sqlite3.Connection,
        student: str,
        slug: str,
        result: int,
        submitted_at: str,
    ) -> None:
        current = connection.execute(
            "SELECT id, result, coalesce(submitted_at, '') FROM grades"
            " LEFT JOIN hand_ins ON grade = id"
            " WHERE student = ? AND slug = ? ORDER BY id DESC LIMIT 1",
            [student, slug],
        ).fetchone()
        grade, current_result, known_at = current or (None, None, "")
        is_same = current_result == result
        if is_same and submitted_at in ("", known_at):
            return
        if not (is_same and known_at == ""):
            grade = connection.execute(
                "INSERT INTO grades (student, slug, result, at) VALUES (?, ?, ?, ?)",
                [student, slug, result, now()],
            ).lastrowid
        if submitted_at:
            connection.execute(
                "INSERT INTO hand_ins (grade, submitted_at) VALUES (?, ?)", [grade, submitted_at]
            )

    def log(self, student: str | None = None) -> Iterator[Grade]:
        """The log of grades: of one student, or of all, each assignment's lines in a row."""
        where, values = ("", []) if student is None else ("WHERE student = ?", [student])
        return self._lines(where, values)

    def log_of(self, slugs: Collection[str]) -> Iterator[Grade]:
        """The log of these assignments, each student's lines of one in a row."""
        return self._lines(f"WHERE grades.slug IN ({','.join('?' * len(slugs))})", list(slugs))

    def lines_since(self, line: int) -> Iterator[Grade]:
        """The log of those assignments of students to which it has added something after this line
        of it, each one's lines in a row."""
        return self._lines(
            "WHERE (student, grades.slug) IN (SELECT student, slug FROM grades WHERE id > ?)",
            [line],
        )

    def _lines(self, condition: str, values: Sequence[object]) -> Iterator[Grade]:
        rows = self._read(
            "SELECT student, grades.at, result, grades.slug, code, checks, seed, versions, score,"
            " max_score, coalesce(submitted_at, ''), grades.id FROM grades"
            " JOIN results ON results.id = result"
            f" LEFT JOIN hand_ins ON grade = grades.id {condition}"
            " ORDER BY student, grades.slug, grades.id",
            values,
        )
        for who, at, result, slug, code, checks, seed, versions, *rest in rows:
            yield Grade(who, at, result, Key(slug, code, checks, int(seed), versions), *rest)

    def last_line(self) -> int:
        """The number of the log's last line; 0 if there is none."""
        ((number,),) = self._read("SELECT coalesce(max(id), 0) FROM grades")
        return int(number)

    def standing(self, student: str) -> dict[str, tuple[str, float]]:
        """A student's current results by slug: the digest of what was graded, and the score."""
        rows = self._read(
            "SELECT grades.slug, code, score FROM grades JOIN results ON results.id = result"
            " WHERE grades.id IN (SELECT max(id) FROM grades WHERE student = ? GROUP BY slug)",
            [student],
        )
        return {slug: (code, score) for slug, code, score in rows}

    def hand_ins(self, student: str) -> list[StoredHandIn]:
        """All that a student ever handed in, as it was graded; the oldest first."""
        rows = self._read(
            "SELECT result, grades.slug, code, score, coalesce(submitted_at, '')"
            " FROM grades JOIN results ON results.id = result"
            " LEFT JOIN hand_ins ON grade = grades.id WHERE student = ? ORDER BY grades.id",
            [student],
        )
        return [StoredHandIn(*row) for row in rows]

    def unreadable(self) -> list[tuple[str, str, str]]:
        """What can't be read of the current results: the student's name, the slug, and why."""
        rows = self._read_each(
            "SELECT students.name, results.slug, report, score, max_score FROM grades"
            " JOIN students ON students.key = student JOIN results ON results.id = result"
            " WHERE grades.id IN (SELECT max(id) FROM grades GROUP BY student, slug)"
        )
        found = []
        for name, slug, report, score, max_score in rows:
            try:
                read_report(report, slug, score, max_score)
            except UnreadableError as error:
                found.append((name, slug, str(error)))
        return sorted(found)
