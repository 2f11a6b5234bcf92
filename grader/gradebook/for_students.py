"""A class as its students may see it: hidden checks keep their texts until each one's due date."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from grader.course.manifest import Course
from grader.gradebook.late import due_for
from grader.gradebook.model import Entry, Gradebook, Person
from grader.report.hidden import for_students


class ForStudents:
    """A gradebook whose reports are as students may see them."""

    def __init__(self, gradebook: Gradebook, course: Course) -> None:
        self.title = gradebook.title
        self.assignments = gradebook.assignments
        self._gradebook = gradebook
        self._course = course

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._gradebook:
            if entry.report is not None:
                due = partial(due_for, self._course, extensions=entry.extensions)
                entry = replace(entry, report=for_students(entry.report, due))
            yield entry

    def people(self) -> Iterator[Person]:
        return self._gradebook.people()
