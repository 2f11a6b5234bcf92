"""The report: what grading concluded, as data. Every writer starts from these types."""

from __future__ import annotations

import math
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
    draw: int = 0  # what the steps and entries that were judged are drawn from


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


# Notes on a module that failed once, perhaps through no fault of its own.
TRIED_AGAIN = "it crashed or ran out of time at first, and was graded once more, alone"
TRIED_TWICE = "as it crashed or ran out of time, it was graded once more, alone: it did so again"


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
    read_from: str = ""  # which file was read, where that does not go without saying
    notes: list[str] = []  # how the file was read, where that needs saying; a line each


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


def is_finite(data: object) -> bool:
    """Whether no number anywhere in `data` is NaN or infinite, which JSON can't hold."""
    if isinstance(data, msgspec.Struct):
        return all(is_finite(getattr(data, name)) for name in data.__struct_fields__)
    if isinstance(data, dict | list | tuple):
        return all(map(is_finite, data.values() if isinstance(data, dict) else data))
    return not isinstance(data, float) or math.isfinite(data)


def unsound(report: AssignmentReport, slug: str) -> str:
    """Why `report` can't be the one on assignment `slug`; "" if it can.

    Said of what comes from a worker's numbers, which may be anything.
    """
    return contradiction(report, slug) if is_finite(report) else "a number in it is not finite"


def contradiction(report: AssignmentReport, slug: str) -> str:
    """As unsound, of a report whose numbers are finite, as all that JSON holds are."""
    if report.slug != slug:
        return f"it is about {report.slug!r}"
    for check in report.checks:
        if not 0 <= check.points <= check.max_points:
            return f"{check.id}: {check.points:g} of {check.max_points:g} points"
    # Lists, as they are added up in half the time, and this is asked of every result of a class.
    score = sum([check.points for check in report.checks])
    max_score = sum([check.max_points for check in report.checks])
    if (report.score, report.max_score) != (score, max_score):
        return f"{report.score:g} of {report.max_score:g} points, which its checks don't add up to"
    return ""


def status_of(checks: list[CheckResult]) -> Status:
    """passed: every point earned that can be earned here; failed: none; partial: some."""
    score = sum(check.points for check in checks)
    if score == 0:
        return "failed"
    return "passed" if score == points_here(checks) else "partial"


def points_here(checks: Iterable[CheckResult]) -> float:
    """What can be earned here: all but what deferred checks are worth.

    Added up as a score is, so that who earns all of it has exactly as much.
    """
    return sum(check.max_points for check in checks if not check.deferred)
