"""A class's results on disk: SQLite in a folder, one transaction a finished assignment.

`results` holds what grading said, found again by its Key; `grades` is a log, in which a line is
added when a student's current result of an assignment changes: the last one counts. Neither is
ever altered, so history is read off the log; `hand_ins` says when the work behind a line was
handed in. What people decide (overrides, comments, extensions) is a log as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.gradebook.keeping.database import (
    FILE,
    NoResultsError,
    StoreError,
    connected,
    make_folder,
)
from grader.gradebook.keeping.decisions import Decided
from grader.gradebook.keeping.grades import Grades
from grader.gradebook.keeping.schema import prepare
from grader.gradebook.keeping.students import Students


class Store(Students, Grades, Decided):
    """The results in a folder, by each of its tables."""


@contextmanager
def open_store(folder: Path, *, create: bool = False) -> Iterator[Store]:
    """The results in `folder`.

    Raises:
        StoreError: there are none and `create` is False, or they can't be used.
    """
    path = folder / FILE
    if path.is_dir():
        raise StoreError(f"{path} is a folder; move it away, then run the same command again")
    if create:
        make_folder(folder)
    elif not path.is_file():
        raise NoResultsError(f"no results in {folder}; run grader batch CLASS --results {folder}")
    with connected(path, create=create) as connection:
        prepare(connection, folder, create)
        store = Store(connection)
        store.refuse_damaged()
        yield store
