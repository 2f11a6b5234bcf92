"""Which assignment a student is at."""

from __future__ import annotations

from pathlib import Path

from grader.course.manifest import Course
from grader.grading.opening import open_engine
from grader.submissions.reading import read_submission
from grader.submissions.untouched import is_untouched


def first_unfinished(course: Course, folder: Path) -> str | None:
    """The first graded assignment, in the course's order, that does not pass; None if all do.

    Only what was worked on before it is graded: often nothing.

    Raises:
        SubmissionError: the folder can't be read.
        GraderError, SandboxError: nothing can be graded here.
    """
    submission = read_submission(course, folder, course.slugs)
    begun = []
    for assignment in course.assignments:
        source = submission.sources.get(assignment.slug)
        if source is None or is_untouched(course, source):
            break
        begun.append(assignment)
    if begun:
        with open_engine(course) as engine:
            for assignment in begun:
                if engine.grade(submission, assignment).report.status != "passed":
                    return assignment.slug
    return next((slug for slug in course.slugs[len(begun) :]), None)
