"""A module to grade and what became of it, as they cross from process to process: plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from grader.report.model import AssignmentReport, Environment, Report
from grader.submissions.model import Source, Submission


class Task(msgspec.Struct, frozen=True):
    """One module to grade: what was handed in, or why it can't be used, or neither."""

    slug: str
    source: Source | None
    problem: str | None

    @property
    def submission(self) -> Submission:
        """What holds this module and nothing else."""
        sources = {} if self.source is None else {self.slug: self.source}
        problems = {} if self.problem is None else {self.slug: self.problem}
        return Submission("", sources, problems)


class Graded(msgspec.Struct, frozen=True):
    """One assignment's report, and how long it took."""

    report: AssignmentReport
    duration_s: float


class Outcome(msgspec.Struct, frozen=True):
    """What became of a task: `graded` and where, or else `error`, a line for staff."""

    graded: Graded | None = None
    environment: Environment | None = None
    error: str = ""
    sandbox_failed: bool = False  # another sandbox may do better


def is_confined(protections: Mapping[str, bool]) -> bool:
    """Whether a sandbox with these protections lets student code see no files and make no calls
    but its own."""
    return protections.get("files", False) and protections.get("syscalls", False)


def make_report(
    submission: Submission, graded: Sequence[Graded], environment: Environment, seed: int
) -> Report:
    """Put one submission's assignments together."""
    assignments = [g.report for g in graded]
    return Report(
        submission=submission.name,
        score=sum(a.score for a in assignments),
        max_score=sum(a.max_score for a in assignments),
        assignments=assignments,
        environment=environment,
        seed=seed,
        duration_s=sum(g.duration_s for g in graded),
    )
