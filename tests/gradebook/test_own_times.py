"""What is one assignment's or one student's own in what others are given: its time, its due date,
and the decision that counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from helpers.exports import exported, rows_of
from helpers.fake_gradebook import FakeGradebook, entry_of, override

from grader.course.manifest import LatePolicy, load_course
from grader.gradebook.for_students import ForStudents
from grader.gradebook.model import Extension, HandIn

NOW = datetime.now(UTC)


def test_nbgrader_is_told_when_each_module_came(tmp_path: Path) -> None:
    times = {"momentum": "2026-10-12T10:00:00Z", "relu": "2026-10-05T10:00:00Z"}
    hand_ins = {slug: HandIn(time) for slug, time in times.items()}
    entry = msgspec.structs.replace(entry_of("ada"), hand_ins=hand_ins)
    rows = rows_of(exported([entry], "nbgrader", tmp_path))
    assert {row["assignment"]: row["timestamp"] for row in rows} == {
        "momentum": "2026-10-12 10:00:00", "relu": "2026-10-05 10:00:00",
    }  # fmt: skip


def test_moodle_is_told_of_a_total_that_was_set_by_hand_and_of_no_lateness(tmp_path: Path) -> None:
    total = override("", 18.5, "ill")
    entry = entry_of("ada", email="a@example.org", overrides=[total], late_percent=10.0, final=18.5)
    (row,) = rows_of(exported([entry], "moodle", tmp_path))
    assert (row["Total"], row["Total feedback"]) == ("18.5", "Set to 18.5: ill")


@pytest.mark.parametrize(
    ("more_time", "is_told"),
    [
        ([], True),
        ([("relu", 3)], False),
        ([("", 3)], False),
        ([("momentum", 3), ("relu", 1)], True),
    ],
)
def test_what_a_hidden_check_says_waits_for_the_due_date_of_each_student(
    more_time: list[tuple[str, int]], is_told: bool
) -> None:
    course = msgspec.structs.replace(load_course(), late=LatePolicy(due=NOW - timedelta(days=2)))
    extensions = [Extension(slug, "", days, "ill", "") for slug, days in more_time]
    entry = entry_of("ada", extensions=extensions, message="it asks for this")
    assert entry.report is not None
    hidden = [
        msgspec.structs.replace(
            each, checks=[msgspec.structs.replace(check, hidden=True) for check in each.checks]
        )
        for each in entry.report.assignments
    ]
    entry = msgspec.structs.replace(
        entry, report=msgspec.structs.replace(entry.report, assignments=hidden)
    )
    (shown,) = ForStudents(FakeGradebook([entry]), course)
    assert shown.report is not None
    (relu,) = [each for each in shown.report.assignments if each.slug == "relu"]
    assert any("it asks for this" in check.message for check in relu.checks) == is_told
