"""Of clones and of several attempts, what came in time, where that is what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from grader.course.manifest import Course
from grader.gradebook.keeping.decisions import Decisions
from grader.gradebook.late import due_for, lateness
from grader.intake.layouts import Handed, State
from grader.submissions.model import Submission, SubmissionError
from grader.submissions.untouched import settle


class InTime:
    """What counts of each hand-in, under the course's rule and every student's extensions."""

    def __init__(self, course: Course, decisions: Mapping[str, Decisions]) -> None:
        self._course = course
        self._decisions = decisions
        self._is_the_rule = course.late is not None and course.late.counts == "in time"

    def of(
        self, student: str, handed: Handed, submission: Submission
    ) -> tuple[Submission, Mapping[str, str]]:
        """The submission with the modules that were there in time, and when each came.

        A module that was not there yet at its due date stays as it came, late.
        """
        own = handed.times
        if handed.times_of is not None and self._course.has_due_dates:
            own = {**own, **handed.times_of(submission)}
        if not self._is_the_rule or handed.state_at is None:
            return submission, own
        extensions = self._decisions.get(student, Decisions()).extensions
        sources, times = dict(submission.sources), dict(own)
        if handed.submitted_at:
            times = dict.fromkeys(sources, handed.submitted_at) | times
        states: dict[datetime, State | None] = {}
        for slug in lateness(self._course, times, extensions):
            due = due_for(self._course, slug, extensions)
            assert due is not None
            last = due + timedelta(minutes=self._course.late_rule(slug).grace_minutes)
            if last not in states:
                states[last] = self._state(handed, last)
            state = states[last]
            if state is not None and slug in state.submission.sources:
                sources[slug] = state.submission.sources[slug]
                times[slug] = state.times.get(slug, "")
        problems = {s: told for s, told in submission.problems.items() if s not in sources}
        return replace(submission, sources=sources, problems=problems), times

    def _state(self, handed: Handed, moment: datetime) -> State | None:
        assert handed.state_at is not None
        try:
            state = handed.state_at(moment)
        except SubmissionError:
            return None
        if state is None:
            return None
        return replace(state, submission=settle(self._course, state.submission))
