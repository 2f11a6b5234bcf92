"""What the class got wrong, by diagnosis: mistakes that checks recognised, and who made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.report.model import AssignmentReport, CheckResult
from grader.report.shown import told

NAMES = 40  # kept of each; the table of students shows the others


@dataclass
class Diagnosis:
    """A known mistake over the class."""

    assignment: str  # its title
    says: str  # to a student, as first seen
    figures: str  # what was expected and seen then
    students: int = 0
    people: list[tuple[str, str]] = field(default_factory=list)  # name and page of the first ones
    checks: Counter[int] = field(default_factory=Counter)  # that told so, by number

    @property
    def check(self) -> int:
        """The number of the check that told so most often."""
        return self.checks.most_common(1)[0][0]


class Diagnoses:
    """The mistakes so far; `add` takes each student's assignments in their turn."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Diagnosis] = {}

    def add(
        self, name: str, href: str, assignment: AssignmentReport, numbers: Mapping[str, int]
    ) -> None:
        """Count what one student's module was recognised as; a mistake that shows twice is one.

        Args:
            href: the student's page.
            numbers: of the checks that failed, by their names.
        """
        for mistake, checks in recognised(assignment.checks).items():
            said = told(checks[0])
            diagnosis = self._found.setdefault(
                (assignment.slug, mistake), Diagnosis(assignment.title, said.headline, said.rest)
            )
            diagnosis.students += 1
            diagnosis.checks.update(numbers[check.id] for check in checks)
            if len(diagnosis.people) < NAMES:
                diagnosis.people.append((name, href))

    @property
    def by_students(self) -> list[Diagnosis]:
        """The mistakes, the most common first."""
        return sorted(self._found.values(), key=lambda diagnosis: -diagnosis.students)


def recognised(checks: Iterable[CheckResult]) -> dict[str, list[CheckResult]]:
    """By known mistake the checks that recognised it, in their order."""
    found: dict[str, list[CheckResult]] = {}
    for check in checks:
        if check.misconception:
            found.setdefault(check.misconception, []).append(check)
    return found
