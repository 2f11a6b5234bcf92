"""The grader's own failures, and the exit statuses of its commands."""

from __future__ import annotations

GRADED = 0  # whatever the score
BELOW = 1  # a submission is below what was asked for, or not everything passed
UNREADABLE = 2  # wrong usage, or an input that can't be read: the user can mend it
FAILED = 3  # the grader itself failed


class GraderError(RuntimeError):
    """The grader itself failed; no grade can be given. One line for staff."""


class UnconfinedError(GraderError):
    """The sandbox can't confine student code on this machine, and nobody has allowed that."""
