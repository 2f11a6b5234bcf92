"""Which assignments a hand-in touches: tasks come one by one, and a download of one says nothing
about the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from grader.course.manifest import Assignment, Course
from grader.gradebook.keeping.decisions import Decisions
from grader.gradebook.keeping.store import Store
from grader.gradebook.late import due_for
from grader.grading.key import MISSING
from grader.submissions.model import Submission


class Scope:
    """What a run is about. Submissions are asked about one after the other.

    Args:
        named: somebody has named these assignments, so that what is not there is not handed in.
    """

    def __init__(
        self, course: Course, assignments: Sequence[Assignment], store: Store, *, named: bool
    ) -> None:
        self._course = course
        self._assignments = assignments
        self._store = store
        self._is_named = named
        self._decisions = store.decisions()
        self._seen: set[str] = set()

    def of(self, student: str, submission: Submission) -> list[Assignment]:
        """What is there, and what is told to be missing: never of what was handed in before."""
        there = submission.sources.keys() | submission.problems.keys()
        self._seen |= there
        before = self._store.standing(student)
        missing = {
            slug for slug in self._asked_for(student) if before.get(slug, (MISSING,))[0] == MISSING
        }
        return [a for a in self._assignments if a.slug in there | missing]

    def is_unreadable(self, submission: Submission) -> bool:
        """Whether there is nothing but one problem, the same of every assignment."""
        told = {submission.problems.get(a.slug, "") for a in self._assignments}
        return not submission.sources and len(told) == 1 and told != {""}

    def of_unreadable(self, student: str) -> list[Assignment]:
        """Nobody knows what is in it: what was asked for, or else what others have handed in.

        It takes no points away that were earned before.
        """
        about = self._asked_for(student) or self._seen or {a.slug for a in self._assignments}
        earned = {slug for slug, (_, score) in self._store.standing(student).items() if score}
        return [a for a in self._assignments if a.slug in about - earned]

    def _asked_for(self, student: str) -> set[str]:
        """What a student had to hand in by now: all that is named, or else what is due for them."""
        now = datetime.now(UTC)
        extensions = self._decisions.get(student, Decisions()).extensions
        due = {a.slug: due_for(self._course, a.slug, extensions) for a in self._assignments}
        return {slug for slug, at in due.items() if self._is_named or (at and at <= now)}
