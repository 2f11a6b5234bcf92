"""The report: what grading concluded, as data. Every writer starts from these types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

SCHEMA_VERSION = 1

Status = Literal["passed", "partial", "failed", "missing", "untouched"]
Verdict = Literal[
    "passed",  # the check's demand is met
    "failed",  # it is not
    "error",  # the student's code raised an exception
    "crashed",  # it ended or broke its process
    "timed_out",  # it used up its time
    "not_judged",  # an earlier check makes this one meaningless
    "grader_error",  # our own bug: never the student's fault
]


class CheckResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """One check's verdict. `message` explains it; `hint` is set where the check did not pass."""

    id: str
    title: str
    verdict: Verdict
    points: float
    max_points: float
    message: str
    hint: str
    duration_s: float
    line: int | None = None  # of the student's file, from 1, where the message is about one
    misconception: str = ""  # the known mistake that it was recognised as, by name
    hidden: bool = False  # students see its points and verdict only, until the due date
    deferred: bool = False  # hidden, and not here: it runs where the instructors' copy is used


class Training(msgspec.Struct, frozen=True):
    """The training check's run: accuracies from 0 to 1; the mean cross-entropy of each epoch.

    What is said of an epoch comes from the logits of its batches, each before its step.
    """

    train_accuracy: float  # in the last epoch
    valid_accuracy: float  # after it
    loss: list[float]
    threshold: float
    accuracy: list[float] = []  # in each epoch; empty in reports of older versions


class Weights(msgspec.Struct, frozen=True, tag="weights"):
    """A new network's two weights, over the standard deviation that He's rule asks for."""

    rule: str  # of the variance; the one of He's two that is nearer
    is_uniform: bool  # the target distribution, otherwise normal
    variances: list[float]  # of the first and of the second weight; 1 is the rule's
    densities: list[list[float]]  # of each, in bins of equal width from -REACH to REACH


REACH = 4.0  # standard deviations of the target; what lies beyond is counted at the edges


class Mode(msgspec.Struct, frozen=True):
    """The hidden activations of a new network in one mode."""

    name: str
    mean: float
    deviation: float
    zeros: float  # the share of activations that are 0, from 0 to 1
    values: list[float]  # some of them


class Activations(msgspec.Struct, frozen=True, tag="activations"):
    """What train and eval mode make of the same inputs of hidden units."""

    inputs: list[float]  # as many as each mode has values
    modes: list[Mode]


Picture = Weights | Activations


class AssignmentReport(msgspec.Struct, frozen=True):
    """All verdicts on one assignment, and what the student's code printed."""

    slug: str
    title: str
    status: Status
    score: float
    max_score: float
    checks: list[CheckResult]
    training: Training | None
    output: str
    picture: Picture | None = None  # of assignments that have one, if the module has got that far


class Environment(msgspec.Struct, frozen=True):
    """What graded: versions, and each protection of the sandbox by name."""

    grader: str
    python: str
    torch: str
    numpy: str
    platform: str
    protections: dict[str, bool]


class Report(msgspec.Struct, frozen=True):
    """One submission's grade."""

    submission: str
    score: float
    max_score: float
    assignments: list[AssignmentReport]
    environment: Environment
    seed: int
    duration_s: float


class ReportFile(msgspec.Struct, frozen=True):
    """What `--json` writes."""

    reports: list[Report]
    schema_version: int = SCHEMA_VERSION


def encode_json(reports: list[Report]) -> bytes:
    """The reports as indented JSON, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(ReportFile(reports)), indent=2) + b"\n"


def status_of(checks: list[CheckResult]) -> Status:
    """passed: every point earned that can be earned here; failed: none; partial: some."""
    score = sum(check.points for check in checks)
    if score == 0:
        return "failed"
    possible = sum(check.max_points for check in checks) - deferred_points(checks)
    return "passed" if score == possible else "partial"


def deferred_points(checks: Iterable[CheckResult]) -> float:
    """What can be earned only where the instructors' copy is used."""
    return sum(check.max_points for check in checks if check.deferred)
