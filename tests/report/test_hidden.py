"""What students see of hidden checks before the due date: points, and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from grader.cli.outputs import Outputs
from grader.report.github import annotate
from grader.report.hidden import for_students
from grader.report.markdown import render
from grader.report.model import (
    TRIED_AGAIN,
    TRIED_TWICE,
    AssignmentReport,
    CheckResult,
    Environment,
    Report,
    Verdict,
)

NOW = datetime.now(UTC)
SEEN = CheckResult(
    "test_seen", "Seen", "failed", 0.0, 2.0, "what", "where", 0.1, line=3, misconception="seen"
)
SECRET = replace(
    SEEN, id="test_secret", title="Secret", misconception="secret", points=1.0, hidden=True
)
TOLD = CheckResult("hidden_1", "Hidden check 1", "failed", 1.0, 2.0, "", "", 0.0, hidden=True)


def report_of(*checks: CheckResult) -> Report:
    assignment = AssignmentReport(
        "relu", "ReLU", "partial", 1.0, 6.0, list(checks), None, "printed"
    )
    environment = Environment("1", "3.11", "2.14", "2.4", "Linux", {})
    return Report("ada", 1.0, 6.0, [assignment], environment, 1, 0.3)


@pytest.mark.parametrize("due", [None, NOW + timedelta(hours=1)])
def test_nothing_that_a_hidden_check_says_is_told_before_the_due_date(
    due: datetime | None,
) -> None:
    report = report_of(SECRET, SEEN, SECRET)
    (assignment,) = for_students(report, lambda slug: due).assignments
    assert assignment.checks == [TOLD, SEEN, replace(TOLD, id="hidden_2", title="Hidden check 2")]
    assert assignment.output == ""  # it may tell what they were called with


@pytest.mark.parametrize("verdict", ["error", "crashed", "timed_out"])
def test_neither_time_nor_way_of_failing_tells_what_a_hidden_check_asked(verdict: Verdict) -> None:
    slow = replace(SECRET, verdict=verdict, duration_s=4.25)
    report = replace(report_of(SEEN, slow), duration_s=5.0)
    (assignment,) = report.assignments
    tried = (TRIED_AGAIN, TRIED_TWICE)
    report = replace(report, assignments=[replace(assignment, notes=["kept", *tried])])
    shown = for_students(report, lambda slug: None)
    assert shown.duration_s == 0.1
    assert shown.assignments[0].checks == [SEEN, TOLD]
    assert shown.assignments[0].notes == ["kept"]


def test_a_hidden_check_has_no_empty_place_where_others_say_something() -> None:
    report = for_students(report_of(SECRET), lambda slug: None)
    assert "```" not in render("Course", [report])
    _, annotation = annotate([report], [{}])
    assert annotation.message and annotation.title.endswith("Hidden check 1")


def test_after_the_due_date_and_without_hidden_checks_all_is_told() -> None:
    past = NOW - timedelta(seconds=1)
    assert for_students(report_of(SECRET, SEEN), lambda slug: past) == report_of(SECRET, SEEN)
    assert for_students(report_of(SEEN), lambda slug: None) == report_of(SEEN)


def test_what_a_workflow_shows_is_for_students_and_a_terminal_for_whoever_grades() -> None:
    course: Any = SimpleNamespace(due=lambda slug: None)
    for github, checks in ((True, [TOLD, SEEN]), (False, [SECRET, SEEN])):
        outputs = Outputs(None, None, None, None, github=github)
        (shown,) = outputs.readable(course, [report_of(SECRET, SEEN)])
        assert shown.assignments[0].checks == checks
