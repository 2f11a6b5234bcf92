"""The tables of the results: made where there are none, added where an older grader made some."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from grader.gradebook.keeping.database import FILE, StoreError

SCHEMA_VERSION = 1

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
CREATE TABLE IF NOT EXISTS meanings (
    result INTEGER PRIMARY KEY REFERENCES results,
    meaning TEXT NOT NULL, graded INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS results_of_meaning ON meanings (meaning);
"""
# And of the table of students.
ADDED_COLUMNS = ("section", "team", "github", "number", "standing", "upload", "doubt")


def prepare(connection: sqlite3.Connection, folder: Path, create: bool) -> None:
    """Make the tables where there are none, if they are to be made; refuse another schema's."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0 and not create:
        raise StoreError(
            f"{folder / FILE} holds no results; run grader batch CLASS --results {folder}"
        )
    if version not in (0, SCHEMA_VERSION):
        raise StoreError(
            f"{folder / FILE}: written by another version of grader (schema {version}, this one "
            f"knows {SCHEMA_VERSION}); use that version, or another --results folder"
        )
    if list(lacking(connection)):
        connection.execute("BEGIN IMMEDIATE")
        # Anew, as another process may have done it since.
        for statement in list(lacking(connection)):
            connection.execute(statement)
        connection.execute("COMMIT")


def lacking(connection: sqlite3.Connection) -> Iterator[str]:
    """The statements that make what the database does not have yet."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        yield from filter(str.strip, SCHEMA.split(";"))
        yield f"PRAGMA user_version = {SCHEMA_VERSION}"
    known = {
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master UNION SELECT name FROM pragma_table_info('students')"
        )
    }
    for name in ADDED_COLUMNS:
        if name not in known:
            yield f"ALTER TABLE students ADD COLUMN {name} TEXT NOT NULL DEFAULT ''"
    if not known.issuperset(re.findall(r"EXISTS (\w+)", ADDED)):
        yield from filter(str.strip, ADDED.split(";"))
