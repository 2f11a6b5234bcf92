"""Hidden checks as students may see them before the due date: points and verdicts, no texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from grader.course.manifest import LatePolicy
from grader.gradebook.model import Entry, Gradebook
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


class ForStudents:
    """A gradebook whose reports are as students may see them."""

    def __init__(self, gradebook: Gradebook, late: LatePolicy | None) -> None:
        self.title = gradebook.title
        self.assignments = gradebook.assignments
        self._gradebook = gradebook
        self._late = late

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._gradebook:
            if entry.report is not None:
                entry = replace(entry, report=for_students(entry.report, self._late))
            yield entry
