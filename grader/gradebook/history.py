"""What the log of grades tells: how a student's grades came about, and what a regrade moved."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from grader.gradebook.model import Override
from grader.gradebook.store import Grade, Store, StoredStudent
from grader.grading.key import Key

NUMBER_OF_DIGITS = 8


@dataclass(frozen=True)
class Change:
    """From one grade of an assignment to the next; `before` is None for the first."""

    before: Grade | None
    after: Grade
    reasons: list[str]
    checks: list[str]  # those whose points moved: "test_layers 0 → 1"


class HistoryError(ValueError):
    """Nobody, or more than one, is meant: one line that says how to ask."""


def find_student(students: Iterable[StoredStudent], wanted: str) -> StoredStudent:
    """Whose key, name, number, e-mail, login or submission `wanted` is.

    Raises:
        HistoryError: nobody's, or several students'.
    """
    folded = wanted.casefold()
    by_key: list[StoredStudent] = []
    found: list[StoredStudent] = []
    for stored in students:
        who = stored.student
        if who.key == wanted:
            by_key.append(stored)
        texts = (who.key, who.name, who.identifier, who.email, who.login, stored.submission)
        if folded in [text.casefold() for text in texts if text]:
            found.append(stored)
    found = by_key or found
    if not found:
        raise HistoryError(
            f"nobody called {wanted!r}; give a name, number, e-mail address or the folder's name"
        )
    if len(found) > 1:
        keys = ", ".join(stored.student.key for stored in found)
        raise HistoryError(f"{wanted!r} is the name of several; say which: {keys}")
    return found[0]


def changes_of(store: Store, grades: Iterable[Grade]) -> Iterator[Change]:
    """Each grade of one student's assignment, with why it differs from the one before."""
    before: Grade | None = None
    for grade in grades:
        if before is None:
            yield Change(None, grade, ["first graded"], [])
        else:
            reasons = reasons_between(before.key, grade.key)
            yield Change(before, grade, reasons, moved_checks(store, before, grade))
        before = grade


def history(store: Store, student: str) -> dict[str, list[Change]]:
    """All changes of a student's grades by slug, the oldest first."""
    by_slug = itertools.groupby(store.log(student), key=lambda grade: grade.key.slug)
    return {slug: list(changes_of(store, grades)) for slug, grades in by_slug}


def moved_scores(store: Store) -> Iterator[Change]:
    """Every change of a score for which checks, seed or environment changed, by student."""
    for _, grades in itertools.groupby(store.log(), key=lambda g: (g.student, g.key.slug)):
        for before, after in itertools.pairwise(grades):
            reasons = reasons_between(before.key, after.key)
            if before.score != after.score and reasons != [CODE]:
                yield Change(before, after, reasons, moved_checks(store, before, after))


CODE = "the student's code changed"


def reasons_between(before: Key, after: Key) -> list[str]:
    """Why there is another result: what differs in its key."""
    reasons = []
    if before.code != after.code:
        reasons.append(CODE)
    if before.checks != after.checks:
        reasons.append(
            "the checks changed "
            f"({before.checks[:NUMBER_OF_DIGITS]} → {after.checks[:NUMBER_OF_DIGITS]})"
        )
    if before.seed != after.seed:
        reasons.append(f"the seed changed ({before.seed} → {after.seed})")
    if before.versions != after.versions:
        reasons.append(f"the environment changed ({versions_between(before, after)})")
    return reasons


def versions_between(before: Key, after: Key) -> str:
    old, new = (msgspec.json.decode(key.versions, type=dict[str, str]) for key in (before, after))
    return ", ".join(
        f"{name} {old.get(name, 'none')} → {new.get(name, 'none')}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def moved_checks(store: Store, before: Grade, after: Grade) -> list[str]:
    """The checks whose points differ between two results."""
    if before.result == after.result:
        return []
    old, new = (
        {check.id: check.points for check in store.report(grade.result).checks}
        for grade in (before, after)
    )
    return [
        f"{name} {points_of(old, name)} → {points_of(new, name)}"
        for name in [*old, *(name for name in new if name not in old)]
        if old.get(name) != new.get(name)
    ]


def points_of(points: dict[str, float], name: str) -> str:
    return f"{points[name]:g}" if name in points else "none"


def override_line(override: Override) -> str:
    return f"{override.score:g}, set by a person: {override.reason}"
