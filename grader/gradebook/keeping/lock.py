"""One batch at a time works on a folder of results."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from grader.gradebook.keeping.database import StoreError, make_folder
from grader.gradebook.keeping.integrity import next_step

LOCK_FILE = "batch.lock.sqlite"


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
