"""Known mistakes of momentum in Nesterov's form, whose steps are lr·(g + μ·v)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from grader.checks.kit.optimizers import Trial
from grader.checks.misconceptions.shared.steps import (
    Constants,
    WrongRule,
    gradients,
    moves,
    ratio,
    roundings,
)

Arrays = list[np.ndarray]
Ahead = Callable[[np.ndarray, np.ndarray, float], np.ndarray]  # of the new v, g and mu


def look_ahead(
    start: np.ndarray,
    given: Arrays,
    lr: float,
    momentum: float,
    *,
    ahead: Ahead = lambda v, g, mu: g + mu * v,
    own_lr: float | None = None,
    own_mu: float | None = None,
) -> Arrays:
    """Steps lr·ahead(v, g, μ), by `own_lr` and `own_mu` where they are given."""
    lr = lr if own_lr is None else own_lr
    mu = momentum if own_mu is None else own_mu
    p, v, way = start.astype(np.float64), np.zeros(start.shape), []
    for g in given:
        v = mu * v + g
        p = p - lr * ahead(v, g, mu)
        way.append(p)
    return way


def first_step_mu(trial: Trial) -> Iterator[Constants]:
    """The first step is lr·(1 + mu)·g."""
    lr, mu = trial.options["lr"], trial.options["momentum"]
    seen = ratio(moves(trial, 0), gradients(trial, 0)) / lr - 1
    return (c for c in roundings("own_mu", seen) if 0.01 < c["own_mu"] < 1 and c["own_mu"] != mu)


def first_step_lr(trial: Trial) -> Iterator[Constants]:
    lr, mu = trial.options["lr"], trial.options["momentum"]
    seen = ratio(moves(trial, 0), gradients(trial, 0)) / (1 + mu)
    return (c for c in roundings("own_lr", seen) if c["own_lr"] != lr)


NESTEROV_RULES = (
    WrongRule(
        "Nesterov's form misread",
        "This is Nesterov's form with the velocity where the gradient belongs: the look-ahead is "
        "g + μ·v.",
        partial(look_ahead, ahead=lambda v, g, mu: v + mu * v),
    ),
    WrongRule(
        "Nesterov's form misread",
        "This is Nesterov's form with the new velocity where the old one belongs: the look-ahead "
        "is g + μ·v.",
        partial(look_ahead, ahead=lambda v, g, mu: mu**2 * v + (1 + mu) * g),
    ),
    WrongRule(
        "climbs",
        "These are the steps of Nesterov's momentum with the wrong sign: they climb, and a loss is "
        "descended.",
        partial(look_ahead, ahead=lambda v, g, mu: -g - mu * v),
    ),
    WrongRule(
        "momentum ignored",
        "These are Nesterov's steps with a momentum of {own_mu:.4g}, whatever is passed as "
        "momentum.",
        look_ahead,
        first_step_mu,
    ),
    WrongRule(
        "learning rate ignored",
        "These are Nesterov's steps with a learning rate of {own_lr:.4g}, whatever is passed as "
        "lr.",
        look_ahead,
        first_step_lr,
    ),
)
