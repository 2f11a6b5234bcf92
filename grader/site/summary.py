"""What the class page shows, gathered one student at a time: little is kept of each.

Held are a row a student, a line in each leaderboard, and for every check how many failed it and
their most common messages.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from grader.gradebook.model import AssignmentInfo, Entry, HandIn
from grader.gradebook.scores import scores_with_overrides
from grader.report.model import AssignmentReport, CheckResult
from grader.report.shown import reason_unjudged, told
from grader.site.diagnoses import Diagnoses
from grader.site.leaderboard import Leaderboard
from grader.site.lookalikes import Lookalikes
from grader.site.values import page_name, shown_status
from grader.text import visible

FAILING = frozenset({"failed", "error", "crashed", "timed_out"})
# Verdicts that a person should look into: an attack, or a bug of the grader's, may be behind them.
ODD = frozenset({"crashed", "timed_out", "grader_error"})
KINDS_OF_MESSAGE = 200  # counted for each check; rarer ones, once there are so many, are not told
UNWRITTEN = frozenset({"untouched", "missing"})  # nothing of the student's own
BEST_FIRST = ("passed", "partial", "failed", "untouched", "missing")  # rows name them by place
BIN_PERCENT = 10
# What differs between two tellings of one mistake: lists of numbers, and numbers.
_FIGURES = re.compile(r"\[[^\]\n]*\]|-?\d[\d.,]*(?:e[-+]?\d+)?")


def handed_in(entry: Entry) -> bool:
    """Whether there is anything; who was to hand in and did not has results of 0 points."""
    return entry.report is not None and any(
        assignment.status != "missing" for assignment in entry.report.assignments
    )


@dataclass
class CheckSummary:
    """A check over the class; `messages` counts its failures by message, figures aside."""

    number: int  # in order of first sight; rows refer to it
    slug: str
    assignment: str
    title: str
    hint: str = ""
    judged: int = 0
    failed: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)  # of each kind of message, as first seen

    def add(self, check: CheckResult) -> bool:
        """Count one student's verdict; returns whether it is a failure."""
        if check.verdict in ("not_judged", "grader_error"):
            return False
        self.judged += 1
        if check.verdict not in FAILING:
            return False
        self.failed += 1
        self.hint = self.hint or check.hint
        said = told(check)  # their line of code is one student's own
        self._count("\n".join(filter(None, (said.headline, said.rest))))
        return True

    def add_unreadable(self, message: str) -> None:
        """Count a module of which nothing could be judged."""
        self.judged += 1
        self.failed += 1
        self._count(message)

    def _count(self, message: str) -> None:
        kind = _FIGURES.sub("#", message)
        if kind in self.messages or len(self.messages) < KINDS_OF_MESSAGE:
            self.messages[kind] += 1
            self.examples.setdefault(kind, message)

    @property
    def common(self) -> list[tuple[str, int]]:
        """The most common messages, each by an example, with how many got it."""
        return [(self.examples[kind], count) for kind, count in self.messages.most_common(4)]


@dataclass
class AssignmentSummary:
    """An assignment over the class: how many have each status, and the mean score of those who
    handed it in or whose score a person set."""

    info: AssignmentInfo
    statuses: Counter[str] = field(default_factory=Counter)
    scores: float = 0.0

    def add(self, status: str, score: float) -> None:
        self.statuses[status] += 1
        self.scores += score

    @property
    def students(self) -> int:
        return self.statuses.total()

    @property
    def mean(self) -> float | None:
        graded = self.students - self.statuses["missing"]  # who scores 0
        return self.scores / graded if graded else None

    @property
    def parts(self) -> list[tuple[str, int]]:
        """How many have each status that anyone has, the best first."""
        return [(status, self.statuses[status]) for status in BEST_FIRST if self.statuses[status]]


class ClassSummary:
    """The class so far; `add` takes each entry in its turn."""

    def __init__(self, assignments: list[AssignmentInfo]) -> None:
        self.assignments = {info.slug: AssignmentSummary(info) for info in assignments}
        self.lookalikes = {info.slug: Lookalikes(info) for info in assignments}
        self.leaderboards = {i.slug: Leaderboard(i) for i in assignments if i.leaderboard}
        self.rows: list[list[Any]] = []
        self.percents: list[float] = []
        self.late = 0
        self.overridden = 0
        self.odd = 0
        self.absent = 0
        self.diagnoses = Diagnoses()
        self._checks: dict[tuple[str, str], CheckSummary] = {}

    def add(self, entry: Entry) -> None:
        student = entry.student
        name = visible(student.name or student.key)
        href = f"students/{page_name(student.key, quoted=True)}"
        failures: list[int] = []
        scores = scores_with_overrides(entry)
        shown: dict[str, list[float]] = {}  # by slug: place of the status, score
        odd = False
        for assignment in [] if entry.report is None else entry.report.assignments:
            failed = self._add_checks(assignment)
            failures += failed.values()
            self.diagnoses.add(name, href, assignment, failed)
            odd = odd or any(check.verdict in ODD for check in assignment.checks)
            score = scores[assignment.slug]
            status = shown_status(assignment, score)
            shown[assignment.slug] = [BEST_FIRST.index(status), round(score, 2)]
            if assignment.slug in self.assignments:
                self.assignments[assignment.slug].add(status, score)
                if assignment.status not in UNWRITTEN:
                    hand_in = entry.hand_ins.get(assignment.slug, HandIn())
                    self.lookalikes[assignment.slug].add(
                        len(self.rows), hand_in, entry.student.group
                    )
            if assignment.slug in self.leaderboards:
                self.leaderboards[assignment.slug].add(name, href, assignment)
        in_doubt = bool(entry.doubt)
        is_absent = not (handed_in(entry) or in_doubt)
        percent = None
        if entry.final is not None and entry.max_score:
            percent = 100 * entry.final / entry.max_score
            if handed_in(entry) or entry.overrides:
                self.percents.append(percent)
        is_late = any(late.percent > 0 for late in entry.lateness.values())
        self.late += is_late
        self.overridden += bool(entry.overrides)
        self.odd += odd or in_doubt
        self.absent += is_absent
        others = (student.email, student.login, student.github, student.section, student.group)
        self.rows.append(
            [
                name,
                visible(student.identifier),
                visible(" ".join(filter(None, (*others, student.key)))),
                href,
                None if entry.final is None else round(entry.final, 2),
                percent,
                [shown.get(slug) for slug in self.assignments],
                failures,
                is_late + 2 * bool(entry.overrides) + 4 * odd + 8 * is_absent + 16 * in_doubt,
            ]
        )

    def _add_checks(self, assignment: AssignmentReport) -> dict[str, int]:
        """Count the verdicts on one assignment; returns the numbers of the checks that failed."""
        checks = assignment.checks
        reason = reason_unjudged(checks)
        if assignment.status == "failed" and reason is not None:
            summary = self._check(assignment, "", "The module can be read")
            summary.add_unreadable(reason)
            return {"": summary.number}
        failures = {}
        for check in checks:
            summary = self._check(assignment, check.id, check.title)
            if summary.add(check):
                failures[check.id] = summary.number
        return failures

    def _check(self, assignment: AssignmentReport, name: str, title: str) -> CheckSummary:
        key = (assignment.slug, name)
        if key not in self._checks:
            self._checks[key] = CheckSummary(
                len(self._checks), assignment.slug, assignment.title, title
            )
        return self._checks[key]

    # ------------------------------------------------------------ conclusions

    @property
    def checks(self) -> list[CheckSummary]:
        """The checks by number."""
        return list(self._checks.values())

    @property
    def failed_checks(self) -> list[CheckSummary]:
        """Those that someone failed, most failures first."""
        return sorted(
            (check for check in self._checks.values() if check.failed),
            key=lambda check: -check.failed,
        )

    @property
    def graded(self) -> int:
        return len(self.percents)

    @property
    def means_add_up_to_more(self) -> bool:
        """Whether somebody with a total has nothing of an assignment, whose mean is the others'."""
        handed_in = (a.students - a.statuses["missing"] for a in self.assignments.values())
        return any(students < self.graded for students in handed_in)

    @property
    def full_marks(self) -> int:
        return sum(percent >= 100 for percent in self.percents)

    @property
    def mean(self) -> float | None:
        return statistics.fmean(self.percents) if self.percents else None

    @property
    def median(self) -> float | None:
        return statistics.median(self.percents) if self.percents else None

    def histogram(self) -> tuple[list[int], list[int]]:
        """Counts, and the edges of their bins in percent; whatever lies outside is in the last."""
        edges = list(range(0, 100 + BIN_PERCENT, BIN_PERCENT))
        counts = [0] * (len(edges) - 1)
        for percent in self.percents:
            counts[min(max(int(percent // BIN_PERCENT), 0), len(counts) - 1)] += 1
        return counts, edges
