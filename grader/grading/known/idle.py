"""What is known about a hand-in before any of it runs."""

from __future__ import annotations

from grader.course.manifest import Course
from grader.sandbox.wire.syntax import error_in
from grader.submissions.model import Submission
from grader.submissions.untouched import is_untouched


def why_not_judged(course: Course, submission: Submission, slug: str) -> str | None:
    """Why no check can be run on this module; None: they can."""
    source = submission.sources.get(slug)
    if source is None:
        return submission.problems.get(slug, f"no file {slug}.py was handed in")
    if is_untouched(course, source):
        return "the stub is unchanged: nothing to grade yet"
    return submission.problems.get(slug)


def needs_worker(course: Course, submission: Submission, slug: str) -> bool:
    """Whether a worker has to run this module before its checks can be told."""
    if why_not_judged(course, submission, slug) is not None:
        return False
    source = submission.sources[slug]
    return bool(source.cells) or error_in(source.text) is None
