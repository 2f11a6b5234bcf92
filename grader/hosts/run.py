"""One submission graded where a host calls the grader: no command line, no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course.manifest import Assignment, Course
from grader.grading.known.grade import grade_submissions
from grader.hosts.bundle import HostError
from grader.report.hidden import for_students
from grader.report.model import Report
from grader.text import printable

if TYPE_CHECKING:
    from grader.grading.engine import Engine


@dataclass(frozen=True)
class GradedFolder:
    """A report, what of the submission could not be used, and whether what was run was confined."""

    report: Report
    problems: list[str]
    jailed: bool


def grade_folder(
    course: Course,
    folder: Path,
    assignments: Sequence[Assignment],
    *,
    jobs: int,
    need_jail: bool,
) -> GradedFolder:
    """Grade the submission in `folder`. When this returns, none of its processes is left.

    Raises:
        HostError: the grader itself failed on a check, or something has to be run and there is no
            jail where one is needed.
        SubmissionError: the folder can't be read.
        GraderError, SandboxError: the grader failed.
    """
    from grader.submissions.reading import read_submission

    submission = read_submission(course, folder, [a.slug for a in assignments])
    jailed = True  # as long as nothing has to be run

    def before_any(engine: Engine) -> None:
        nonlocal jailed
        jailed = engine.jailed
        if need_jail and not jailed:
            raise HostError("this machine can't confine student code; grade on Linux with Landlock")

    (report,) = grade_submissions(
        course, course.seed, [submission], assignments, jobs, lambda _, __: None, before_any
    )
    for assignment in report.assignments:
        for check in assignment.checks:
            if check.verdict == "grader_error":
                raise HostError(f"{assignment.slug}: {check.id}: {check.message}")
    report = for_students(report, course.due)  # every host shows it to them
    return GradedFolder(report, list(dict.fromkeys(submission.problems.values())), jailed)


def named_assignments(course: Course, name: str) -> list[Assignment]:
    """The assignment that the host's `name` is the slug or title of; any other name: all of them.

    Letter case, and which of space, hyphen and underscore is used, make no difference: hosts
    have rules of their own for slugs.
    """

    def folded(text: str) -> str:
        return text.strip().casefold().replace("-", "_").replace(" ", "_")

    named = [a for a in course.every if folded(name) in (folded(a.slug), folded(a.title))]
    return named or list(course.assignments)


def reason(error: BaseException) -> str:
    """What went wrong, in one line that is safe to show."""
    text = str(error) or "no reason given"
    expected = isinstance(error, (ValueError, RuntimeError, OSError))
    return printable(text if expected else f"{type(error).__name__}: {text}", 1_000)
