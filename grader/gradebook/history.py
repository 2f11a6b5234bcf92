"""What the log of grades tells: how a student's grades came about, and what a regrade moved."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from grader.course.manifest import Course
from grader.gradebook.counting import counted, late_alone
from grader.gradebook.keeping.database import StoreError
from grader.gradebook.keeping.decisions import Decisions
from grader.gradebook.keeping.grades import SET_ASIDE, Grade
from grader.gradebook.keeping.store import Store
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.people import Directory
from grader.gradebook.scores import label
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


def find_student(store: Store, wanted: str) -> StoredStudent:
    """Who is called `wanted`: a key, a name in any order, a number, e-mail, login or hand-in.

    Raises:
        HistoryError: nobody is, or several are; it names those who may be meant.
    """
    students = {stored.student.key: stored for stored in store.students()}
    directory = Directory(store.handles())
    found = directory.search(wanted)
    if len(found) == 1:
        return students[found.pop()]
    if found:
        who = ", ".join(label(students[key].student) for key in sorted(found))
        raise HistoryError(f"{wanted!r} is the name of several; say which: {who}")
    near = [label(students[key].student) for key in directory.suggestions(wanted)]
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    raise HistoryError(
        f"nobody called {wanted!r}; {guess}give a name, number, e-mail address or the folder's name"
    )


def history(store: Store, student: str) -> list[Change]:
    """All changes of a student's grades, in the order of time."""
    changes = []
    lines = itertools.groupby(store.log(student), key=lambda grade: grade.key.slug)
    for _, grades in lines:
        before: Grade | None = None
        for grade in grades:
            changes.append(change_of(store, before, grade))
            before = grade
    return sorted(changes, key=lambda change: change.after.number)


def moved_scores(store: Store) -> Iterator[Change]:
    """Every change of a score for which checks, seed or environment changed, by student."""
    for _, grades in itertools.groupby(store.log(), key=lambda g: (g.student, g.key.slug)):
        for before, after in itertools.pairwise(grades):
            if before.score != after.score and reasons_between(before, after) != [CODE]:
                yield change_of(store, before, after)


def moved_since(course: Course, store: Store, line: int) -> Iterator[Change]:
    """Every score that counts and is another one than what counted at this line of the log,
    whatever the reason, and every one that is the same and late by another percentage."""
    decisions = store.decisions()
    for before, after in counted(course, store.lines_since(line), decisions, line):
        if before is None:
            continue
        extensions = decisions.get(after.student, Decisions()).extensions
        late = [late_alone(course, grade, extensions) for grade in (before, after)]
        taken_off = {0.0 if each is None else each.percent for each in late}
        if before.score != after.score or (after.score and len(taken_off) > 1):
            yield change_of(store, before, after)


def change_of(store: Store, before: Grade | None, after: Grade) -> Change:
    looked_up = [LOOKED_UP] if store.is_looked_up(after.result) else []
    if before is None:
        return Change(None, after, ["first graded", *looked_up], [])
    reasons = reasons_between(before, after) + looked_up
    return Change(before, after, reasons, moved_checks(store, before, after))


LOOKED_UP = "looked up: the same code, but for comments and layout, had been graded"
CODE = "the student's code changed"
OLDER = "an older hand-in took the place of a newer one"
AGAIN = "graded again"


def reasons_between(old: Grade, new: Grade) -> list[str]:
    """Why there is another grade: what differs in its result's key, or when it was handed in."""
    before, after = old.key, new.key
    reasons = []
    if before.code != after.code:
        is_older = "" < new.submitted_at < old.submitted_at
        reasons.append(OLDER if is_older else CODE)
    if before.checks != after.checks:
        reasons.append(
            "the checks changed "
            f"({before.checks[:NUMBER_OF_DIGITS]} → {after.checks[:NUMBER_OF_DIGITS]})"
        )
    if before.seed != after.seed:
        reasons.append(f"the seed changed ({before.seed} → {after.seed})")
    if differing := versions_between(before, after):
        reasons.append(f"the environment changed ({differing})")
    if not reasons and old.result != new.result:
        reasons.append(AGAIN)
    if not reasons:
        reasons.append(f"handed in at another time ({old.submitted_at} → {new.submitted_at})")
    return reasons


def versions_between(before: Key, after: Key) -> str:
    old, new = (msgspec.json.decode(key.versions, type=dict[str, str]) for key in (before, after))
    return ", ".join(
        f"{name} {old.get(name, 'none')} → {new.get(name, 'none')}"
        for name in sorted((old.keys() | new.keys()) - {SET_ASIDE})
        if old.get(name) != new.get(name)
    )


def moved_checks(store: Store, before: Grade, after: Grade) -> list[str]:
    """The checks whose points differ between two results; [] where one can't be read. One that was
    left for the instructors' copy had nothing to lose."""
    if before.result == after.result:
        return []
    try:
        old, new = (
            {
                check.id: check.points
                for check in store.report(grade.result).checks
                if not check.deferred
            }
            for grade in (before, after)
        )
    except StoreError:
        return []
    return [
        f"{name} {points_of(old, name)} → {points_of(new, name)}"
        for name in [*old, *(name for name in new if name not in old)]
        if old.get(name) != new.get(name)
    ]


def points_of(points: dict[str, float], name: str) -> str:
    return f"{points[name]:g}" if name in points else "none"
