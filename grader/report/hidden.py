"""Hidden checks as students may see them before the due date: points, no texts and no times.

Student code runs while a hidden check asks, and could tell what it was asked by anything that is
its to choose: not by more than whether it passes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from grader.report.model import TRIED_AGAIN, TRIED_TWICE, AssignmentReport, CheckResult, Report

CHOSEN = ("error", "crashed", "timed_out")  # by the module, as it likes


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
    if assignments == report.assignments:
        return report
    # Of the whole a part is theirs, too.
    duration_s = sum(check.duration_s for each in assignments for check in each.checks)
    return replace(report, assignments=assignments, duration_s=duration_s)


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
                verdict="failed" if check.verdict in CHOSEN else check.verdict,
                message="",
                hint="",
                line=None,
                misconception="",
                duration_s=0.0,
            )
        checks.append(check)
    if not number:
        return assignment
    # Their code could print what a hidden check calls it with. At home it prints all the same.
    notes = [note for note in assignment.notes if note not in (TRIED_AGAIN, TRIED_TWICE)]
    return replace(assignment, checks=checks, output="", notes=notes)
