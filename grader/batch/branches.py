"""Work in a clone that lies on another branch than the one that is checked out, and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from grader.course.manifest import Course
from grader.intake.commits import other_branches
from grader.intake.layouts.base import Handed
from grader.submissions.model import Submission
from grader.submissions.untouched import is_untouched


def told_of_branches(
    course: Course, handed: Handed, submission: Submission, slugs: Sequence[str]
) -> str:
    """Which other branches of a clone that was handed in have work on those of these modules that
    are missing or untouched; "" if none has."""
    if handed.other_branches is None:
        return ""
    return _told(course, handed.other_branches, submission, slugs)


def told_of_branches_in(course: Course, submission: Submission, slugs: Sequence[str]) -> str:
    """The same, of a submission that was read from a path."""
    clone = submission.path
    if clone is None or not (clone / ".git").exists():
        return ""
    return _told(course, partial(other_branches, clone), submission, slugs)


def _told(
    course: Course,
    branches_with: Callable[[Sequence[str]], list[str]],
    submission: Submission,
    slugs: Sequence[str],
) -> str:
    found = submission.sources
    lacking = [s for s in slugs if s not in found or is_untouched(course, found[s])]
    branches = branches_with(lacking) if lacking else []
    if not branches:
        return ""
    return (
        f"work lies on other branches than the one that is checked out: {', '.join(branches)}; "
        "check out the one that counts, and run this again"
    )
