"""Hidden checks as students may see them before the due date: points and verdicts, no texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from grader.report.model import AssignmentReport, CheckResult, Report


def for_students(report: Report, due: Callable[[str], datetime | None]) -> Report:
    """`report` without the texts of hidden checks of assignments that are not due yet.

    Args:
        due: when the assignment of this slug is due; where that is None, they are kept back for
            good.
    """
    now = datetime.now(UTC)
    assignments = [
        assignment if is_past(due(assignment.slug), now) else masked(assignment)
        for assignment in report.assignments
    ]
    return replace(report, assignments=assignments)


def is_past(due: datetime | None, now: datetime) -> bool:
    return due is not None and now >= due


def masked(assignment: AssignmentReport) -> AssignmentReport:
    """One assignment without what its hidden checks say, or what was printed while they ran."""
    checks: list[CheckResult] = []
    number = 0
    for check in assignment.checks:
        if check.hidden:
            number += 1
            check = replace(
                check,
                id=f"hidden_{number}",
                title=f"Hidden check {number}",
                message="",
                hint="",
                line=None,
                misconception="",
            )
        checks.append(check)
    # Their code could print what a hidden check calls it with. At home it prints all the same.
    return replace(assignment, checks=checks, output="" if number else assignment.output)
