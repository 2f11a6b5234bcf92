"""Work in a clone that lies on another branch than the one that is checked out, and read."""

from __future__ import annotations

from collections.abc import Sequence

from grader.course.manifest import Course
from grader.intake.layouts.base import Handed
from grader.submissions.model import Submission
from grader.submissions.untouched import is_untouched


def told_of_branches(
    course: Course, handed: Handed, submission: Submission, slugs: Sequence[str]
) -> str:
    """Which other branches have work on those of these modules that are missing or untouched; ""
    if none has."""
    if handed.other_branches is None:
        return ""
    found = submission.sources
    lacking = [s for s in slugs if s not in found or is_untouched(course, found[s])]
    branches = handed.other_branches(lacking) if lacking else []
    if not branches:
        return ""
    return (
        f"work lies on other branches than the one that is checked out: {', '.join(branches)}; "
        "check out the one that counts, and run this again"
    )
