"""A gradebook as students may see it: without the texts of hidden checks."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from grader.course.manifest import LatePolicy
from grader.gradebook.model import Entry, Gradebook
from grader.report.hidden import for_students


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
