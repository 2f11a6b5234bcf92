"""Which of a student's hand-ins of one assignment counts, under the course's rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

from grader.course.manifest import Course
from grader.gradebook.keeping.decisions import Decisions
from grader.gradebook.keeping.grades import Grade
from grader.gradebook.late import after_lateness, lateness
from grader.gradebook.model import Extension, Lateness
from grader.grading.key import MISSING


class HandedIn(Protocol):
    """Something that was handed in: a digest of it, its score, and when it came (UTC, ISO 8601)."""

    @property
    def slug(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def submitted_at(self) -> str: ...


H = TypeVar("H", bound=HandedIn)


def counting(course: Course, hand_ins: Sequence[H], extensions: Sequence[Extension]) -> H:
    """Which of a student's hand-ins of one assignment, the oldest first, counts for the course.

    One that came at a time nobody knows is taken to be in time. The same work graded again, under
    other checks, is one hand-in, and counts with its newest score.
    """
    rule = course.late.counts if course.late is not None else "last"
    if rule == "last":
        return hand_ins[-1]
    handed_in = [each for each in hand_ins if each.code != MISSING]
    if not handed_in:
        return hand_ins[-1]
    newest = list({(each.code, each.submitted_at): each for each in handed_in}.values())
    if rule == "best":
        return max(reversed(newest), key=lambda each: worth(course, each, extensions))
    in_time = [each for each in newest if late_alone(course, each, extensions) is None]
    return (in_time or newest)[-1]


def worth(course: Course, hand_in: HandedIn, extensions: Sequence[Extension]) -> float:
    """What a hand-in earns, were it the only one."""
    return float(after_lateness(hand_in.score, late_alone(course, hand_in, extensions)))


def late_alone(
    course: Course, hand_in: HandedIn, extensions: Sequence[Extension]
) -> Lateness | None:
    late = lateness(course, {hand_in.slug: hand_in.submitted_at}, extensions)
    return late.get(hand_in.slug)


def counted(
    course: Course, lines: Iterable[Grade], decisions: Mapping[str, Decisions], until: int
) -> Iterator[tuple[Grade | None, Grade]]:
    """What counts of each student and assignment in a log of grades, and what counted at the line
    `until` of it, if anything did.

    Args:
        lines: each assignment's of a student in a row.
    """
    for (student, _), log in groupby(lines, key=lambda grade: (grade.student, grade.slug)):
        extensions = decisions.get(student, Decisions()).extensions
        grades = list(log)
        before = [grade for grade in grades if grade.number <= until]
        yield (
            counting(course, before, extensions) if before else None,
            counting(course, grades, extensions),
        )
