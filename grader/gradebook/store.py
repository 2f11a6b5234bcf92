"""A class's results on disk: SQLite in a folder, one transaction a finished assignment.

`results` holds what grading said, found again by its Key; `grades` is a log, in which a line is
added when a student's current result of an assignment changes: the last one counts. Neither is
ever altered, so history is read off the log. Overrides are a log as well.

The rollback journal is used, not a write-ahead log, as that does not work on network file systems;
synchronous=EXTRA makes a finished transaction survive a power cut.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from grader.course.manifest import Course
from grader.gradebook.integrity import UnreadableError, next_step, read_report
from grader.gradebook.late import final_score, lateness
from grader.gradebook.model import AssignmentInfo, Entry, Override, Student
from grader.grading.key import Key
from grader.report.model import AssignmentReport, Environment, Report, unsound
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


class StoreError(RuntimeError):
    """The results can't be read or written: one line that says what to do."""


class StoredStudent(msgspec.Struct, frozen=True, kw_only=True):
    """A student as stored. `source` names the submission within the class, None without one;
    `submission` is how it is shown; `submitted_at` is UTC in ISO 8601, "" if not known."""

    student: Student
    source: str | None
    submission: str
    submitted_at: str


class Result(msgspec.Struct, frozen=True):
    """What grading said about one module: `environment` is where it was graded."""

    key: Key
    environment: Environment
    report: AssignmentReport
    duration_s: float


class Grade(msgspec.Struct, frozen=True):
    """A line of the log: from `at` on, this result was the student's grade."""

    student: str
    at: str
    result: int
    key: Key
    score: float
    max_score: float


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

    def add_result(self, result: Result, students: Iterable[str]) -> None:
        """Keep a result as the grade of these students; one transaction.

        It takes the place of one that can't be read.

        Raises:
            StoreError: it could not be read again.
        """
        if why := unsound(result.report, result.key.slug):
            raise StoreError(f"a result of {result.key.slug} can't be stored: {why}")
        report = msgspec.json.encode(result.report)
        environment = msgspec.json.encode(result.environment).decode()
        with self._transaction() as connection:
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
            number = self.result_id(result.key)
            assert number is not None
            for student in students:
                self._set_grade(connection, student, result.key.slug, number)

    def set_grades(self, grades: Iterable[tuple[str, str, int]]) -> None:
        """Make (student, slug, result) current where they are not; one transaction."""
        with self._transaction() as connection:
            for student, slug, result in grades:
                self._set_grade(connection, student, slug, result)

    def _set_grade(
        self, connection: sqlite3.Connection, student: str, slug: str, result: int
    ) -> None:
        current = connection.execute(
            "SELECT result FROM grades WHERE student = ? AND slug = ? ORDER BY id DESC LIMIT 1",
            [student, slug],
        ).fetchone()
        if current is None or current[0] != result:
            connection.execute(
                "INSERT INTO grades (student, slug, result, at) VALUES (?, ?, ?, ?)",
                [student, slug, result, now()],
            )

    # ------------------------------------------------------------ students

    def students(self) -> list[StoredStudent]:
        """All of them, by name."""
        rows = self._read(
            "SELECT key, name, identifier, email, login, source, submission, submitted_at"
            " FROM students"
        )
        students = [
            StoredStudent(
                student=Student(
                    key=key, name=name, identifier=identifier, email=email, login=login
                ),
                source=source,
                submission=submission,
                submitted_at=submitted_at,
            )
            for key, name, identifier, email, login, source, submission, submitted_at in rows
        ]
        return sorted(students, key=lambda s: (s.student.name.casefold(), s.student.key))

    def set_students(
        self,
        students: Sequence[StoredStudent],
        replaced: Sequence[tuple[str, str]] = (),
        dropped: Sequence[str] = (),
    ) -> None:
        """Add or update these, in one transaction.

        Args:
            replaced: (old key, new key) of students who stood on a roster alone and are known by
                their submission now: their overrides move along.
            dropped: keys of those who stood on a roster alone and do no more; whoever has an
                override stays.
        """
        with self._transaction() as connection:
            for stored in students:
                student = stored.student
                connection.execute(
                    "INSERT INTO students (key, source, name, identifier, email, login,"
                    " submission, submitted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (key) DO UPDATE SET source = excluded.source,"
                    " name = excluded.name, identifier = excluded.identifier,"
                    " email = excluded.email, login = excluded.login,"
                    " submission = excluded.submission, submitted_at = excluded.submitted_at",
                    [
                        student.key,
                        stored.source,
                        student.name,
                        student.identifier,
                        student.email,
                        student.login,
                        stored.submission,
                        stored.submitted_at,
                    ],
                )
            for old, new in replaced:
                connection.execute("UPDATE overrides SET student = ? WHERE student = ?", [new, old])
                connection.execute("DELETE FROM students WHERE key = ?", [old])
            for key in dropped:
                connection.execute(
                    "DELETE FROM students WHERE key = ?"
                    " AND key NOT IN (SELECT student FROM overrides)",
                    [key],
                )

    # ------------------------------------------------------------ overrides

    def add_override(self, student: str, slug: str, score: float, reason: str) -> None:
        """Set a score, of one assignment or (slug "") of the whole submission."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO overrides (student, slug, score, reason, at) VALUES (?, ?, ?, ?, ?)",
                [student, slug, score, reason, now()],
            )

    def overrides(self, student: str) -> list[Override]:
        """All that were ever set, the oldest first."""
        rows = self._read(
            "SELECT slug, score, reason, at FROM overrides WHERE student = ? ORDER BY id", [student]
        )
        return [Override(*row) for row in rows]

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
        rows = self._read(
            "SELECT student, grades.at, result, grades.slug, code, checks, seed, versions, score,"
            f" max_score FROM grades JOIN results ON results.id = result {where}"
            " ORDER BY student, grades.slug, grades.id",
            values,
        )
        for student_key, at, result, slug, code, checks, seed, versions, score, maximum in rows:
            key = Key(slug, code, checks, int(seed), versions)
            yield Grade(student_key, at, result, key, score, maximum)

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

    def current(self, student: str) -> list[tuple[AssignmentReport, float, Environment, int]]:
        """A student's current results: report, seconds it took, where it was graded, the seed.

        The one graded last comes last; what can't be read is left out.
        """
        rows = self._read(
            "SELECT slug, report, score, max_score, duration_s, environments.environment, seed"
            " FROM results JOIN environments ON environments.id = results.environment"
            " WHERE results.id IN (SELECT result FROM grades WHERE id IN"
            " (SELECT max(id) FROM grades WHERE student = ? GROUP BY slug)) ORDER BY results.id",
            [student],
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
        raise StoreError(f"no results in {folder}; run grader batch CLASS --results {folder}")
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


# ---------------------------------------------------------------- the gradebook


class StoredGradebook:
    """The stored class as a Gradebook, under the course's late policy as it is now.

    Its columns are the course's assignments that have results. `final` is None also where an
    interrupted batch has not graded all of them yet.
    """

    def __init__(self, course: Course, store: Store) -> None:
        maxima = store.maxima()
        self.title = course.title
        self.assignments = [
            AssignmentInfo(
                assignment.slug,
                assignment.title,
                maxima[assignment.slug],
                assignment.leaderboard,
            )
            for assignment in course.assignments
            if assignment.slug in maxima
        ]
        # Left out, as they can't be read: a line each.
        self.unreadable = [
            f"{name}: {slug}: its result can't be read ({why}) and is left out; grader batch "
            "grades it again"
            for name, slug, why in store.unreadable()
        ]
        self._course = course
        self._store = store

    def __iter__(self) -> Iterator[Entry]:
        for stored in self._store.students():
            yield self._entry(stored)

    def _entry(self, stored: StoredStudent) -> Entry:
        overrides = list({o.slug: o for o in self._store.overrides(stored.student.key)}.values())
        report = self._report(stored)
        late = lateness(self._course.late, stored.submitted_at)
        scores = {} if report is None else {a.slug: a.score for a in report.assignments}
        missing = {info.slug for info in self.assignments} - scores.keys()
        is_whole = any(override.slug == "" for override in overrides)
        is_graded = not missing if report is not None else bool(overrides)
        return Entry(
            student=stored.student,
            report=report,
            submitted_at=stored.submitted_at,
            overrides=overrides,
            lateness=late,
            final=final_score(scores, overrides, late) if is_graded or is_whole else None,
            max_score=sum(info.max_score for info in self.assignments),
        )

    def _report(self, stored: StoredStudent) -> Report | None:
        current = self._store.current(stored.student.key)
        if not current:
            return None
        by_slug = {report.slug: report for report, _, _, _ in current}
        assignments = [by_slug[info.slug] for info in self.assignments if info.slug in by_slug]
        _, _, environment, seed = current[-1]
        return Report(
            submission=stored.submission,
            score=sum(a.score for a in assignments),
            max_score=sum(info.max_score for info in self.assignments),
            assignments=assignments,
            environment=environment,
            seed=seed,
            duration_s=sum(duration_s for _, duration_s, _, _ in current),
        )


@contextmanager
def open_gradebook(course: Course, folder: Path) -> Iterator[StoredGradebook]:
    """The gradebook of the results in `folder`; StoreError if there are none."""
    with open_store(folder) as store:
        yield StoredGradebook(course, store)
