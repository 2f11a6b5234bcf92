"""A class's results on disk: SQLite in a folder, one transaction a finished assignment.

`results` holds what grading said, found again by its Key; `grades` is a log, in which a line is
added when a student's current result of an assignment changes: the last one counts. Neither is
ever altered, so history is read off the log; `hand_ins` says when the work behind a line was
handed in. What people decide (overrides, comments, extensions) is a log as well.

The rollback journal is used, not a write-ahead log, as that does not work on network file systems;
synchronous=EXTRA makes a finished transaction survive a power cut.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec

from grader.gradebook.keeping.integrity import UnreadableError, next_step, read_report
from grader.gradebook.model import Comment, Extension, Override, Person
from grader.gradebook.people import Handle
from grader.grading.key import MISSING, Key
from grader.report.model import AssignmentReport, Environment, unsound
from grader.text import utc_text

FILE = "results.sqlite"
LOCK_FILE = "batch.lock.sqlite"
SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 60.0

SCHEMA = """
CREATE TABLE environments (id INTEGER PRIMARY KEY, environment TEXT NOT NULL UNIQUE);
CREATE TABLE results (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL, code TEXT NOT NULL, checks TEXT NOT NULL,
    seed TEXT NOT NULL, versions TEXT NOT NULL,
    environment INTEGER NOT NULL REFERENCES environments,
    score REAL NOT NULL, max_score REAL NOT NULL, duration_s REAL NOT NULL,
    at TEXT NOT NULL, report BLOB NOT NULL,
    UNIQUE (slug, code, checks, seed, versions)
);
CREATE TABLE students (
    key TEXT PRIMARY KEY,
    source TEXT UNIQUE,
    name TEXT NOT NULL, identifier TEXT NOT NULL, email TEXT NOT NULL, login TEXT NOT NULL,
    submission TEXT NOT NULL, submitted_at TEXT NOT NULL
);
CREATE TABLE grades (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL REFERENCES students, slug TEXT NOT NULL,
    result INTEGER NOT NULL REFERENCES results, at TEXT NOT NULL
);
CREATE INDEX grades_of_student ON grades (student, slug, id);
CREATE INDEX results_of_assignment ON results (slug, id);
CREATE TABLE overrides (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL REFERENCES students, slug TEXT NOT NULL,
    score REAL NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX overrides_of_student ON overrides (student, id);
"""
# What came later. Versions of the grader that don't know these tables leave them alone.
ADDED = """
CREATE TABLE IF NOT EXISTS handles (
    student TEXT NOT NULL REFERENCES students, kind TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (student, kind, value)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS grades_of_result ON grades (result);
CREATE TABLE IF NOT EXISTS hand_ins (
    grade INTEGER PRIMARY KEY REFERENCES grades, submitted_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sources (
    code TEXT PRIMARY KEY, filename TEXT NOT NULL, text BLOB NOT NULL, tree TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS withdrawals (
    override INTEGER PRIMARY KEY REFERENCES overrides, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS comments (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL REFERENCES students, slug TEXT NOT NULL,
    text TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS extensions (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL REFERENCES students, slug TEXT NOT NULL,
    until TEXT NOT NULL, days INTEGER NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
);
"""
# And of the table of students.
ADDED_COLUMNS = ("section", "team", "github", "number", "standing", "upload")
# The key that a result which was graded again goes by: nothing is found under it any more.
SET_ASIDE = "set aside"
NOBODY_KNOWS: Mapping[str, str] = MappingProxyType({})


class StoreError(RuntimeError):
    """The results can't be read or written: one line that says what to do."""


class NoResultsError(StoreError):
    """There are none in the folder; whoever named it can name another."""


class StoredStudent(msgspec.Struct, frozen=True):
    """A student as stored. `source` names the first hand-in within the class, None without one;
    `submission` is how the last is shown; `submitted_at` is UTC in ISO 8601, "" if not known;
    `upload` is where its system takes feedback back, as SYSTEM:START-OF-A-PATH."""

    student: Person
    source: str | None
    submission: str
    submitted_at: str
    standing: Literal["", "enrolled", "dropped"] = ""  # what rosters said; "": nothing
    upload: str = ""

    @property
    def is_dropped(self) -> bool:
        return self.standing == "dropped"


class Result(msgspec.Struct, frozen=True):
    """What grading said about one module: `environment` is where it was graded."""

    key: Key
    environment: Environment
    report: AssignmentReport
    duration_s: float


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


class Decisions(msgspec.Struct):
    """All that people ever decided about one student, the oldest first, and what of it stands.

    With each override, when it was taken back, or "". A comment without text takes back those
    before it, and so does an extension of no time.
    """

    override_log: list[tuple[Override, str]] = []
    comment_log: list[Comment] = []
    extension_log: list[Extension] = []

    @property
    def overrides(self) -> list[Override]:
        return list(
            {o.slug: o for o, withdrawn_at in self.override_log if not withdrawn_at}.values()
        )

    @property
    def comments(self) -> list[Comment]:
        return [c for c in {c.slug: c for c in self.comment_log}.values() if c.text]

    @property
    def extensions(self) -> list[Extension]:
        last = {(e.slug, e.reason == ROSTER): e for e in self.extension_log}
        return [e for e in last.values() if e.until or e.days]


ROSTER = "on the roster"  # the reason of an extension that stands there


class StoredHandIn(msgspec.Struct, frozen=True):
    """Something that a student handed in: the number of its result, digests of file and syntax."""

    result: int
    slug: str
    code: str
    tree: str
    score: float
    submitted_at: str  # UTC, ISO 8601; "" if not known


class StoredSource(msgspec.Struct, frozen=True):
    """A module as it was handed in, and a digest of its syntax ("" if it has none)."""

    filename: str
    text: str
    tree: str


class Store:
    """The results in a folder. One thread only; not to be used in a forked process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # ------------------------------------------------------------ results and grades

    def result_id(self, key: Key) -> int | None:
        """The number of the result under `key`; None without one that can be read."""
        rows = self._read(
            "SELECT id, report, score, max_score FROM results"
            " WHERE (slug, code, checks, seed, versions) = (?, ?, ?, ?, ?)",
            key_row(key),
        )
        for number, report, score, max_score in rows:
            with suppress(UnreadableError):
                read_report(report, key.slug, score, max_score)
                return int(number)
        return None

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
            self._add_result(connection, result, grades, source)

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
            self._add_result(connection, result, grades, source)

    def _add_result(
        self,
        connection: sqlite3.Connection,
        result: Result,
        grades: Mapping[str, str],
        source: StoredSource | None,
    ) -> None:
        if why := unsound(result.report, result.key.slug):
            raise StoreError(f"a result of {result.key.slug} can't be stored: {why}")
        report = msgspec.json.encode(result.report)
        environment = msgspec.json.encode(result.environment).decode()
        connection.execute(
            "INSERT OR IGNORE INTO environments (environment) VALUES (?)", [environment]
        )
        if self.result_id(result.key) is None:
            connection.execute(
                "INSERT INTO results (slug, code, checks, seed, versions, environment, score,"
                " max_score, duration_s, at, report)"
                " SELECT ?, ?, ?, ?, ?, id, ?, ?, ?, ?, ? FROM environments"
                " WHERE environment = ? ON CONFLICT (slug, code, checks, seed, versions)"
                " DO UPDATE SET environment = excluded.environment, score = excluded.score,"
                " max_score = excluded.max_score, duration_s = excluded.duration_s,"
                " at = excluded.at, report = excluded.report",
                [
                    *key_row(result.key),
                    result.report.score,
                    result.report.max_score,
                    result.duration_s,
                    now(),
                    report,
                    environment,
                ],
            )
        if source is not None:
            text = zlib.compress(source.text.encode("utf-8", "surrogatepass"))
            connection.execute(
                "INSERT OR IGNORE INTO sources (code, filename, text, tree) VALUES (?, ?, ?, ?)",
                [result.key.code, source.filename, text, source.tree],
            )
        number = self.result_id(result.key)
        assert number is not None
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

    # ------------------------------------------------------------ students

    def students(self) -> list[StoredStudent]:
        """All of them, by name."""
        rows = self._read(
            "SELECT key, name, identifier, email, login, section, team, github, number, source,"
            " submission, submitted_at, standing, upload FROM students"
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
                student = stored.student
                connection.execute(
                    "INSERT INTO students (key, source, name, identifier, email, login, section,"
                    " team, github, number, submission, submitted_at, standing, upload)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (key) DO UPDATE SET source = excluded.source,"
                    " name = excluded.name, identifier = excluded.identifier,"
                    " email = excluded.email, login = excluded.login,"
                    " section = excluded.section, team = excluded.team,"
                    " github = excluded.github, number = excluded.number,"
                    " submission = excluded.submission, submitted_at = excluded.submitted_at,"
                    " standing = excluded.standing, upload = excluded.upload",
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
                    ],
                )
            for key, known in (handles or {}).items():
                connection.executemany(
                    "INSERT OR IGNORE INTO handles (student, kind, value) VALUES (?, ?, ?)",
                    [(key, *handle) for handle in known],
                )
            for old, new in replaced:
                for table in tables_of_students(connection):
                    connection.execute(
                        f"UPDATE OR IGNORE {table} SET student = ? WHERE student = ?", [new, old]
                    )
                    connection.execute(f"DELETE FROM {table} WHERE student = ?", [old])
                connection.execute("DELETE FROM students WHERE key = ?", [old])

    # ------------------------------------------------------------ what people decide

    def add_override(self, student: str, slug: str, score: float, reason: str) -> None:
        """Set a score, of one assignment or (slug "") of the whole submission."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO overrides (student, slug, score, reason, at) VALUES (?, ?, ?, ?, ?)",
                [student, slug, score, reason, now()],
            )

    def withdraw_overrides(self, student: str, slug: str) -> None:
        """Let what was graded count again."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO withdrawals (override, at)"
                " SELECT id, ? FROM overrides WHERE student = ? AND slug = ?",
                [now(), student, slug],
            )

    def add_comment(self, student: str, slug: str, text: str) -> None:
        """Say something of one assignment or (slug "") the submission; "" takes it back."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO comments (student, slug, text, at) VALUES (?, ?, ?, ?)",
                [student, slug, text, now()],
            )

    def add_extensions(self, extensions: Iterable[tuple[str, str, str, int, str]]) -> None:
        """Give more time: (student, slug or "" for all, until or "", days, reason); no time at all
        takes back what was given. One transaction."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO extensions (student, slug, until, days, reason, at)"
                f" VALUES (?, ?, ?, ?, ?, '{now()}')",
                extensions,
            )

    def decisions(self, student: str | None = None) -> dict[str, Decisions]:
        """By student what was decided, of one or of all about whom anything ever was."""
        where, values = ("", []) if student is None else ("WHERE student = ?", [student])
        found: dict[str, Decisions] = defaultdict(Decisions)
        for who, withdrawn_at, *fields in self._read(
            "SELECT student, coalesce(withdrawals.at, ''), slug, score, reason, overrides.at"
            f" FROM overrides LEFT JOIN withdrawals ON override = id {where} ORDER BY id",
            values,
        ):
            found[who].override_log.append((Override(*fields), withdrawn_at))
        for who, *fields in self._read(
            f"SELECT student, slug, text, at FROM comments {where} ORDER BY id", values
        ):
            found[who].comment_log.append(Comment(*fields))
        for who, *fields in self._read(
            f"SELECT student, slug, until, days, reason, at FROM extensions {where} ORDER BY id",
            values,
        ):
            found[who].extension_log.append(Extension(*fields))
        return found

    # ------------------------------------------------------------ reading

    def maxima(self) -> dict[str, float]:
        """What each assignment that has results is worth, by slug: the newest result's word."""
        rows = self._read(
            "SELECT slug, max_score FROM results"
            " WHERE id IN (SELECT max(id) FROM results GROUP BY slug)"
        )
        return dict(rows)

    def log(self, student: str | None = None) -> Iterator[Grade]:
        """The log of grades: of one student, or of all, each assignment's lines in a row."""
        where, values = ("", []) if student is None else ("WHERE student = ?", [student])
        return self._lines(f"{where} ORDER BY student, grades.slug, grades.id", values)

    def pairs_since(self, line: int) -> Iterator[tuple[Grade, Grade]]:
        """What was whose grade at this line of the log, and what is it now, where that differs."""
        for before, after in self._read(
            "SELECT (SELECT max(id) FROM grades WHERE id <= ? AND student = new.student"
            " AND slug = new.slug), max(id)"
            " FROM grades AS new WHERE id > ? GROUP BY student, slug ORDER BY student, slug",
            [line, line],
        ):
            if before is not None:
                old, new = self._lines(
                    "WHERE grades.id IN (?, ?) ORDER BY grades.id", [before, after]
                )
                yield old, new

    def _lines(self, condition: str, values: Sequence[object]) -> Iterator[Grade]:
        rows = self._read(
            "SELECT student, grades.at, result, grades.slug, code, checks, seed, versions, score,"
            " max_score, coalesce(submitted_at, ''), grades.id FROM grades"
            " JOIN results ON results.id = result"
            f" LEFT JOIN hand_ins ON grade = grades.id {condition}",
            values,
        )
        for who, at, result, slug, code, checks, seed, versions, *rest in rows:
            yield Grade(who, at, result, Key(slug, code, checks, int(seed), versions), *rest)

    def report(self, result: int) -> AssignmentReport:
        ((slug, *row),) = self._read(
            "SELECT slug, report, score, max_score FROM results WHERE id = ?", [result]
        )
        try:
            return read_report(row[0], slug, row[1], row[2])
        except UnreadableError as error:
            raise StoreError(
                f"result {result}, of {slug}, can't be read ({error}); grader batch grades it again"
            ) from None

    def unreadable(self) -> list[tuple[str, str, str]]:
        """What can't be read of the current results: the student's name, the slug, and why."""
        rows = self._read(
            "SELECT students.name, results.slug, report, score, max_score FROM grades"
            " JOIN students ON students.key = student JOIN results ON results.id = result"
            " WHERE grades.id IN (SELECT max(id) FROM grades GROUP BY student, slug)"
            " ORDER BY students.name, results.slug"
        )
        found = []
        for name, slug, report, score, max_score in rows:
            try:
                read_report(report, slug, score, max_score)
            except UnreadableError as error:
                found.append((name, slug, str(error)))
        return found

    def hand_ins(self, student: str) -> list[StoredHandIn]:
        """All that a student ever handed in, as it was graded; the oldest first."""
        rows = self._read(
            "SELECT result, grades.slug, code, coalesce(tree, ''), score,"
            " coalesce(submitted_at, '') FROM grades JOIN results ON results.id = result"
            " LEFT JOIN hand_ins ON grade = grades.id LEFT JOIN sources USING (code)"
            " WHERE student = ? ORDER BY grades.id",
            [student],
        )
        return [StoredHandIn(*row) for row in rows]

    def results(
        self, numbers: Collection[int]
    ) -> list[tuple[AssignmentReport, float, Environment, int]]:
        """These results: report, seconds it took, where it was graded, the seed.

        The one graded last comes last; what can't be read is left out.
        """
        rows = self._read(
            "SELECT slug, report, score, max_score, duration_s, environments.environment, seed"
            " FROM results JOIN environments ON environments.id = results.environment"
            f" WHERE results.id IN ({','.join('?' * len(numbers))}) ORDER BY results.id",
            list(numbers),
        )
        results = []
        for slug, report, score, max_score, duration_s, environment, seed in rows:
            with suppress(UnreadableError, msgspec.MsgspecError):
                results.append(
                    (
                        read_report(report, slug, score, max_score),
                        duration_s,
                        msgspec.json.decode(environment, type=Environment),
                        int(seed),
                    )
                )
        return results

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the database, at most a few lines; [] if nothing."""
        rows = self._read("PRAGMA integrity_check(5)")
        return [] if rows == [("ok",)] else [str(row[0]).splitlines()[-1] for row in rows]

    def last_line(self) -> int:
        """The number of the log's last line; 0 if there is none."""
        ((number,),) = self._read("SELECT coalesce(max(id), 0) FROM grades")
        return int(number)

    def current_scores(self, slugs: Collection[str]) -> Iterator[tuple[str, str, bool, float]]:
        """Everybody's current score of each of these: student, slug, whether it was handed in."""
        for student, slug, code, score in self._read(
            "SELECT student, grades.slug, code, score FROM grades"
            " JOIN results ON results.id = result WHERE grades.id IN"
            f" (SELECT max(id) FROM grades WHERE slug IN ({','.join('?' * len(slugs))})"
            " GROUP BY student, slug)",
            list(slugs),
        ):
            yield student, slug, code != MISSING, score

    def source(self, code: str) -> StoredSource | None:
        """What was handed in under this digest, if it was a module and is kept."""
        rows = self._read("SELECT filename, text, tree FROM sources WHERE code = ?", [code])
        for filename, text, tree in rows:
            return StoredSource(
                filename, zlib.decompress(text).decode("utf-8", "surrogatepass"), tree
            )
        return None

    def standing(self, student: str) -> dict[str, tuple[str, float]]:
        """A student's current results by slug: the digest of what was graded, and the score."""
        rows = self._read(
            "SELECT grades.slug, code, score FROM grades JOIN results ON results.id = result"
            " WHERE grades.id IN (SELECT max(id) FROM grades WHERE student = ? GROUP BY slug)",
            [student],
        )
        return {slug: (code, score) for slug, code, score in rows}

    def close(self) -> None:
        self._connection.close()

    def _read(self, query: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with storage_errors():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with storage_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk may have ended the transaction already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


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
        ("identifier", student.identifier),
        ("email", student.email),
        ("login", student.login),
        ("github", student.github),
        ("number", student.number),
        ("name", student.name),
    }
    return {handle for handle in known if handle[1]}


def key_row(key: Key) -> list[str]:
    # As text, as a seed may be greater than SQLite's integers.
    return [key.slug, key.code, key.checks, str(key.seed), key.versions]


def now() -> str:
    return utc_text(datetime.now(UTC))


# ---------------------------------------------------------------- opening


@contextmanager
def open_store(folder: Path, *, create: bool = False) -> Iterator[Store]:
    """The results in `folder`.

    Raises:
        StoreError: there are none and `create` is False, or they can't be used.
    """
    path = folder / FILE
    if create:
        make_folder(folder)
    elif not path.is_file():
        raise NoResultsError(f"no results in {folder}; run grader batch CLASS --results {folder}")
    # Never read-only, even to read: after a kill the journal has to be rolled back.
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    with (
        storage_errors(),
        closing(
            sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        ) as connection,
    ):
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = EXTRA")
        prepare(connection, folder, create)
        yield Store(connection)


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{folder}: can't be made: {error.strerror}; name another --results folder"
        ) from None


def prepare(connection: sqlite3.Connection, folder: Path, create: bool) -> None:
    """Make the tables where there are none, if they are to be made; refuse another schema's."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0 and not create:
        raise StoreError(
            f"{folder / FILE} holds no results; run grader batch CLASS --results {folder}"
        )
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = 1; COMMIT;")
    elif version != SCHEMA_VERSION:
        raise StoreError(
            f"{folder / FILE}: written by another version of grader (schema {version}, this one "
            f"knows {SCHEMA_VERSION}); use that version, or another --results folder"
        )
    known = {
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master UNION SELECT name FROM pragma_table_info('students')"
        )
    }
    added = [
        f"ALTER TABLE students ADD COLUMN {name} TEXT NOT NULL DEFAULT '';"
        for name in ADDED_COLUMNS
        if name not in known
    ]
    if added or not known.issuperset(re.findall(r"EXISTS (\w+)", ADDED)):
        connection.executescript(f"BEGIN IMMEDIATE; {' '.join(added)} {ADDED} COMMIT;")


@contextmanager
def batch_lock(folder: Path) -> Iterator[None]:
    """Keep a second batch out of the folder; whatever ends this process frees it.

    SQLite's own lock on an empty file is used: it works on every system, and on network file
    systems. Processes that are forked do not inherit it.
    """
    make_folder(folder)
    path = folder / LOCK_FILE
    try:
        lock = sqlite3.connect(path, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise not_locked(path, error) from None
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise not_locked(path, error) from None
        yield


def not_locked(path: Path, error: sqlite3.Error) -> StoreError:
    if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(
            f"{path.parent}: another grader batch is at work on it; wait for it, or end it"
        )
    if path.is_dir() or error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{path}: not a lock of grader's; remove it, then run the same command")
    return StoreError(f"{path}: {error}; {next_step(error)}")


@contextmanager
def storage_errors() -> Iterator[None]:
    """What SQLite says, as one line that tells what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{FILE}: {error}; {next_step(error)}") from None
