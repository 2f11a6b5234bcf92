"""Known mistakes of `momentum` in what lr scales."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from grader.checks.misconceptions.shared.steps import WrongRule

Arrays = list[np.ndarray]
# Of the new velocity v and the old one, g, mu and lr: what is subtracted from p.
Step = Callable[[np.ndarray, np.ndarray, np.ndarray, float, float], np.ndarray]


def stepping(start: np.ndarray, given: Arrays, lr: float, momentum: float, *, step: Step) -> Arrays:
    p, v, way = start.astype(np.float64), np.zeros(start.shape), []
    for g in given:
        old, v = v, momentum * v + g
        p = p - step(v, old, g, momentum, lr)
        way.append(p)
    return way


SCALE_RULES = tuple(
    WrongRule(
        "velocity not scaled by lr",
        "lr scales the gradient alone here, and μ·v is subtracted as it is: either lr scales the "
        "whole step, lr·v, or it scales the gradient that enters the velocity.",
        partial(stepping, step=step),
    )
    for step in (
        lambda v, old, g, mu, lr: lr * g + mu * v,
        lambda v, old, g, mu, lr: lr * g + mu * old,
        lambda v, old, g, mu, lr: lr * g + v,
    )
)
