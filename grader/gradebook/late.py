"""The late policy and final scores: pure functions, exact until the last rounding to a float."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from grader.course.manifest import LatePolicy
from grader.gradebook.model import Lateness, Override

DAY_S = 86_400


def lateness(policy: LatePolicy | None, submitted_at: str) -> Lateness | None:
    """What the policy takes off; None for what is in time, or came at a time nobody knows.

    Each day begun after the grace costs `percent_a_day`, until only `floor_percent` is left.
    """
    if policy is None or not submitted_at:
        return None
    delta = datetime.fromisoformat(submitted_at) - policy.due
    after_due_s = Fraction(delta.days * DAY_S + delta.seconds) + Fraction(
        delta.microseconds, 1_000_000
    )
    late_s = after_due_s - 60 * exact(policy.grace_minutes)
    if late_s <= 0:
        return None
    days = math.ceil(late_s / DAY_S)
    percent = min(exact(policy.percent_a_day) * days, 100 - exact(policy.floor_percent))
    return Lateness(float(late_s), float(percent))


def final_score(
    scores: Mapping[str, float], overrides: Sequence[Override], late: Lateness | None
) -> float:
    """A submission's final score from its raw `scores` by slug.

    An override of the whole submission is final. Else: the sum of the scores, overridden ones
    replaced, less the late policy's percentage.
    """
    replaced = dict(scores)
    for override in overrides:
        if override.slug == "":
            return override.score
        replaced[override.slug] = override.score
    total = sum((exact(score) for score in replaced.values()), Fraction(0))
    if late is not None:
        total *= (100 - exact(late.percent)) / 100
    return float(total)


def exact(number: float) -> Fraction:
    """The number that someone wrote: 0.1 is a tenth, not the float that is nearest to it."""
    return Fraction(repr(float(number)))
