"""Lateness where clocks change, times are not known, or rules are an assignment's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.manifest import Course, LatePolicy, LateRule, load_course
from grader.gradebook.late import due_for, final_score, lateness
from grader.gradebook.model import Extension, Override

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
COURSE = load_course()
DUE = datetime(2026, 10, 31, 23, 59, tzinfo=COPENHAGEN)
AT = "2026-10-01T00:00:00Z"


def course_of(due: datetime | None, dues: dict[str, datetime], **rule: float) -> Course:
    assignments = tuple(
        msgspec.structs.replace(a, due=dues.get(a.slug)) for a in COURSE.assignments
    )
    policy = LatePolicy(due=due, **rule)  # type: ignore[arg-type]
    return msgspec.structs.replace(COURSE, late=policy, zone=COPENHAGEN, assignments=assignments)


def test_in_the_hour_that_comes_twice_the_later_moment_is_later() -> None:
    """On 25 October 2026 it is 02:30 in summer time, and an hour later 02:30 again."""
    due = datetime(2026, 10, 25, 2, 30, tzinfo=COPENHAGEN)
    more = Extension("", "2026-10-25T01:10:00Z", 0, "ill", AT)  # the second 02:10
    found = due_for(course_of(due, {}), "relu", [more])
    assert found is not None and found.isoformat() == "2026-10-25T02:10:00+01:00"
    late = lateness(course_of(due, {}, percent_a_day=10), {"relu": "2026-10-25T01:05:00Z"}, [more])
    assert late == {}


def test_an_extended_date_is_told_in_the_courses_zone() -> None:
    more = Extension("", "2026-11-02T12:00:00Z", 0, "ill", AT)
    late = lateness(course_of(DUE, {}, percent_a_day=10), {"relu": "2026-11-02T13:00:00Z"}, [more])[
        "relu"
    ]
    assert (late.due, late.submitted_at) == (
        "2026-11-02T13:00:00+01:00", "2026-11-02T14:00:00+01:00",
    )  # fmt: skip


def test_what_came_at_a_time_that_nobody_knows_keeps_nothing_else_from_being_late() -> None:
    course = course_of(None, {"relu": DUE}, percent_a_day=10)
    times = {"l2": "2026-12-01T00:00:00Z", "adam": "", "relu": "2026-11-02T00:00:00Z"}
    assert list(lateness(course, times, [])) == ["relu"]


@pytest.mark.parametrize("first", ["relu", "adam"])
def test_free_days_go_to_what_is_due_first_whatever_it_is_called_and_whenever_it_came(
    first: str,
) -> None:
    second = {"relu": "adam", "adam": "relu"}[first]
    dues = {first: DUE, second: DUE + timedelta(days=1)}
    course = course_of(None, dues, percent_a_day=10, free_days=3)
    times = {first: "2026-11-05T12:00:00Z", second: "2026-11-03T12:00:00Z"}
    late = lateness(course, times, [])
    assert {slug: (each.days, each.free_days) for slug, each in late.items()} == {
        first: (5, 3), second: (2, 0),
    }  # fmt: skip


def test_without_a_policy_of_the_course_nobody_has_free_days() -> None:
    relu = msgspec.structs.replace(
        COURSE.assignment("relu"), due=DUE, late=LateRule(percent_a_day=10)
    )
    course = msgspec.structs.replace(COURSE, late=None, zone=COPENHAGEN, assignments=(relu,))
    late = lateness(course, {"relu": "2026-11-01T12:00:00Z"}, [])["relu"]
    assert (late.days, late.free_days, late.percent) == (1, 0, 10)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    scores=st.dictionaries(st.sampled_from(["relu", "adam", "l2"]), st.integers(0, 1000)),
    replaced=st.lists(st.tuples(st.sampled_from(["relu", "adam"]), st.integers(0, 1000))),
    percent=st.integers(0, 100),
    floor=st.integers(0, 100),
    hours=st.integers(-50, 400),
    free=st.integers(0, 3),
)
def test_a_total_is_the_sum_of_what_lateness_leaves_to_the_last_hundredth(
    scores: dict[str, int],
    replaced: list[tuple[str, int]],
    percent: int,
    floor: int,
    hours: int,
    free: int,
) -> None:
    due = datetime(2026, 10, 1, 12, tzinfo=UTC)
    course = msgspec.structs.replace(
        course_of(due, {}, percent_a_day=percent, floor_percent=floor, free_days=free), zone=UTC
    )
    submitted = (due + timedelta(hours=hours)).isoformat()
    late = lateness(course, dict.fromkeys(scores, submitted), [])
    days = max(0, -(-hours // 24))
    share = Fraction(100 - min(percent * max(0, days - free), 100 - floor), 100)
    assert set(late) == (set(scores) if days else set())
    last = dict(replaced)
    raw = {slug: points / 100 for slug, points in scores.items()}
    overrides = [Override(slug, points / 100, "argued", AT) for slug, points in replaced]
    expected = sum(
        Fraction(last.get(slug, scores.get(slug, 0)), 100) * (share if slug in late else 1)
        for slug in {*scores, *last}
    )
    assert final_score(raw, overrides, late) == float(expected)
    assert all(each.percent == 100 * (1 - share) for each in late.values())
