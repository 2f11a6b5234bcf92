"""Hidden checks as students may see them before the due date: points and verdicts, no texts."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from grader.course.manifest import LatePolicy
from grader.report.model import AssignmentReport, CheckResult, Report


def for_students(report: Report, late: LatePolicy | None) -> Report:
    """`report` without the texts of hidden checks, unless the due date of `late` has passed.

    A course without a due date keeps them back for good.
    """
    if late is not None and datetime.now(UTC) >= late.due:
        return report
    return replace(report, assignments=[masked(assignment) for assignment in report.assignments])


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
