"""Which of several hand-ins counts, where more than one may."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from test_store import COURSE

from grader.course.manifest import LatePolicy
from grader.gradebook.counting import counting
from grader.gradebook.keeping.grades import StoredHandIn


def test_of_hand_ins_that_are_worth_the_same_the_newest_is_the_best() -> None:
    due = datetime(2026, 10, 2, tzinfo=UTC)
    course = msgspec.structs.replace(COURSE, late=LatePolicy(due=due, counts="best"))
    first, second, third = (
        StoredHandIn(number, "relu", f"c{number}", score, "2026-10-01T12:00:00Z")
        for number, score in enumerate([5.0, 5.0, 4.0])
    )
    assert counting(course, [first, second, third], []) is second


@pytest.mark.parametrize("counts", ["last", "in time"])
def test_who_goes_back_to_what_they_had_handed_in_before_means_that(counts: str) -> None:
    """As with a file that made things worse, and was taken back."""
    due = datetime(2026, 10, 9, tzinfo=UTC)
    course = msgspec.structs.replace(COURSE, late=LatePolicy(due=due, counts=counts))  # type: ignore[arg-type]
    hand_ins = [
        StoredHandIn(number, "relu", code, 5.0, f"2026-10-0{day}T12:00:00Z")
        for number, (code, day) in enumerate([("a", 1), ("b", 2), ("a", 3)])
    ]
    assert counting(course, hand_ins, []) is hand_ins[2]
