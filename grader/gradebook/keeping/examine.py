"""Whether a folder of results is sound, for `grader doctor --results`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.gradebook.keeping.database import FILE, StoreError
from grader.gradebook.keeping.store import open_store

DAMAGED = (
    "restore it from a backup, or move it away and run grader batch again: all is graded anew, and "
    "what you decided by hand is gone with it"
)


def examine_results(folder: Path) -> Iterator[tuple[bool, str]]:
    """What was looked at in `folder`: whether it is sound, and a line, with what to do if not."""
    try:
        with open_store(folder) as store:
            damage = store.damage()
            for line in damage:
                yield False, f"{FILE}: {line}: {DAMAGED}"
            if damage:
                return
            unreadable = store.unreadable()
            for name, slug, why in unreadable:
                yield False, f"{name}: {slug}: {why}: grader batch grades it again"
            if not unreadable:
                yield True, f"{len(store.students())} students, every result can be read"
    except StoreError as error:
        yield False, f"{error}; {DAMAGED}" if "damaged" in str(error) else str(error)
