"""A SQLite file that survives what ends, fills or locks the disk, and says in one line what to do.

The rollback journal is used, not a write-ahead log, as that does not work on network file systems;
synchronous=EXTRA makes a finished transaction survive a power cut.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from grader.gradebook.keeping.integrity import NEXT, next_step
from grader.text import utc_text

FILE = "results.sqlite"
BUSY_TIMEOUT_S = 60.0


class StoreError(RuntimeError):
    """The results can't be read or written: one line that says what to do."""


class NoResultsError(StoreError):
    """There are none in the folder; whoever named it can name another."""


class Database:
    """One connection. One thread only; not to be used in a forked process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def refuse_damaged(self) -> None:
        """Look at every page: of one that a disk has altered, rows may be missing without a word.

        Raises:
            StoreError: there is such a page.
        """
        ((told,),) = self._read("PRAGMA quick_check(1)")
        if told != "ok":
            line = str(told).splitlines()[-1]
            raise StoreError(f"{FILE}: {line}; {NEXT[sqlite3.SQLITE_CORRUPT]}")

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the database, at most a few lines; [] if nothing."""
        rows = self._read("PRAGMA integrity_check(5)")
        return [] if rows == [("ok",)] else [str(row[0]).splitlines()[-1] for row in rows]

    def _read(self, query: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with storage_errors():
            return self._connection.execute(query, values).fetchall()

    def _read_each(self, query: str) -> Iterator[tuple]:  # type: ignore[type-arg]
        """Rows that are too large to be held all at once; nobody can write before the last."""
        with storage_errors():
            yield from self._connection.execute(query)

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


@contextmanager
def connected(path: Path, *, create: bool) -> Iterator[sqlite3.Connection]:
    """A connection to the file, made if it is to be."""
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
        yield connection


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{folder}: can't be made: {error.strerror}; name another --results folder"
        ) from None


def now() -> str:
    return utc_text(datetime.now(UTC))


@contextmanager
def storage_errors() -> Iterator[None]:
    """What SQLite says, as one line that tells what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{FILE}: {error}; {next_step(error)}") from None
