"""Leaderboards: who stands where by the accuracy that their module was trained to.

A place is what was measured. Points that the staff set and what is taken off for being late are
about the grade, and change nothing here.
"""

from __future__ import annotations

from typing import NamedTuple

from grader.gradebook.model import AssignmentInfo
from grader.report.model import AssignmentReport

SHOWN = 20  # places; the page folds those below
MOST = 2_000  # places on a page


class StudentRun(NamedTuple):
    """A student's finished training run: `accuracy` from 0 to 1, `points` as the checks gave."""

    name: str
    href: str
    accuracy: float
    points: float


class RankedRun(NamedTuple):
    """A run and its rank, from 1."""

    rank: int
    run: StudentRun


class Leaderboard:
    """One assignment's; `add` takes each report in its turn, and keeps a line of it."""

    def __init__(self, info: AssignmentInfo) -> None:
        self.info = info
        self._runs: list[StudentRun] = []

    def add(self, name: str, href: str, report: AssignmentReport) -> None:
        """Take in a student's report, if it holds a run that may be compared with others'."""
        if report.training is not None and is_comparable(report):
            self._runs.append(StudentRun(name, href, report.training.valid_accuracy, report.score))

    def places(self) -> list[RankedRun]:
        """The best first; equal accuracies share a rank, and stand as they were added: 1 2 2 4."""
        places: list[RankedRun] = []
        for number, run in enumerate(sorted(self._runs, key=lambda run: -run.accuracy), start=1):
            is_tie = bool(places) and places[-1].run.accuracy == run.accuracy
            places.append(RankedRun(places[-1].rank if is_tie else number, run))
        return places


def is_comparable(report: AssignmentReport) -> bool:
    """Whether nothing but the accuracy itself speaks against the run.

    A check that fails because the accuracy is low must not keep a run off the board, so a failed
    one alone says nothing. Two things do:

    - A check that ended in any other way. The module broke down, or checks were left out after
      one that guards the others did not pass: the run was not looked at as everybody else's was.
    - A check that failed although the accuracy is enough for all points. Then it was about
      something else, such as a network that is not the one asked for, or logits that its weights
      do not give; with an accuracy that such a module reports, it would lead.
    """
    verdicts = {check.verdict for check in report.checks}
    if not verdicts <= {"passed", "failed"}:
        return False
    training = report.training
    is_enough = training is not None and training.valid_accuracy >= training.threshold
    return not (is_enough and "failed" in verdicts)
