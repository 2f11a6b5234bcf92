"""Checks for `l2`: plain SGD on the loss with a penalty of λ/2·|p|^2, so p ← p - lr·(g + λ·p).

λ is `weight_decay`, and p on the right is the parameter before the step (Krogh & Hertz 1992).
One-dimensional parameters, the biases, may be left undecayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from grader.checks.kit.optimizer_checks import (
    expect_defaults,
    expect_gradientless_left_alone,
    expect_two_independent,
    test_builds,  # noqa: F401  a check that all optimizers share
)
from grader.checks.kit.optimizer_run import expect_it_learns
from grader.checks.kit.optimizers import (
    Options,
    Rule,
    Trial,
    draw_rate,
    expect_rule,
    follow_at_full_size,
    follow_each,
    follow_far,
    follow_long,
)
from grader.checks.misconceptions.l2 import WRONG_DEFAULTS, WRONG_RULES
from grader.checks.misconceptions.shared.steps import recognise
from grader.checks.misconceptions.shared.trials import recognise_update
from grader.grading.plugin import Passed, Train
from grader.sandbox.client import Student

FORMULA = "p ← p - lr·(g + λ·p), with λ = weight_decay"
DEFAULTS: Options = {"lr": 0.01, "weight_decay": 1e-4}


def decay_all(
    start: np.ndarray, gradients: list[np.ndarray], lr: float, weight_decay: float
) -> list[np.ndarray]:
    p, way = start.astype(np.float64), []
    for g in gradients:
        p = p - lr * (g + weight_decay * p)
        way.append(p)
    return way


def decay_weights(
    start: np.ndarray, gradients: list[np.ndarray], lr: float, weight_decay: float
) -> list[np.ndarray]:
    return decay_all(start, gradients, lr, weight_decay if start.ndim > 1 else 0.0)


RULES: tuple[Rule, ...] = (decay_all, decay_weights)


@pytest.mark.points(4)
@pytest.mark.hint("Add λ·p to the gradient of each parameter before the step, and nothing else.")
def test_update_rule(student: Student, rng: np.random.Generator) -> None:
    """Steps follow p ← p - lr·(g + λ·p), whatever lr and weight_decay are"""
    expect_rule(
        RULES,
        trials(student, rng),
        formula=FORMULA,
        recognise=partial(
            recognise_update, RULES, WRONG_RULES, first="lr·(g + λ·p)", remembers=False
        ),
    )


def trials(student: Student, rng: np.random.Generator) -> Iterator[Trial]:
    cases: list[tuple[Options, float]] = [
        ({"lr": 0.5, "weight_decay": 0.3}, 2.0),
        ({"lr": draw_rate(rng, 1e-3, 0.1), "weight_decay": draw_rate(rng, 2, 20)}, 1e3),
        ({"lr": 0.1, "weight_decay": 0.0}, 2.0),
    ]
    yield from follow_each(student, rng, cases, steps=5)
    # As small a decay as is usual tells where lr is large enough to bring the parameters along.
    decay = draw_rate(rng, 1e-8, 1e-6)
    yield follow_long(
        student, rng, {"lr": draw_rate(rng, 0.01, 0.1) / decay, "weight_decay": decay}
    )
    yield follow_at_full_size(student, rng, {"lr": 0.1, "weight_decay": 0.7})
    rate = draw_rate(rng, 0.01, 1)
    yield follow_far(student, rng, {"lr": rate, "weight_decay": 0.1}, sizes=(1e-8, 1e8))


@pytest.mark.points(1)
@pytest.mark.hint("The signature is make_optimizer(parameters, lr=0.01, weight_decay=1e-4).")
def test_defaults(student: Student, rng: np.random.Generator, passed: Passed) -> None:
    """By default lr is 0.01 and weight_decay is 1e-4"""
    # Small gradients and a large lr make a decay of 1e-4 visible.
    given: list[tuple[Options, float]] = [
        ({}, 1.0),
        ({"lr": 2.0}, 1e-4),
        ({"weight_decay": 0.5}, 100.0),
    ]
    rules = RULES if passed("test_update_rule") else ()
    named = partial(recognise, WRONG_DEFAULTS)
    expect_defaults(student, rng, rules, DEFAULTS, given, recognise=named)


@pytest.mark.points(1)
@pytest.mark.hint("Before the first backward pass, and for unused parameters, grad is None.")
def test_parameters_without_gradient(student: Student, rng: np.random.Generator) -> None:
    """Parameters without a gradient are left alone"""
    expect_gradientless_left_alone(student, rng, lr=0.1, weight_decay=0.1)


@pytest.mark.points(1)
@pytest.mark.hint("Whatever an optimizer remembers belongs to it alone.")
def test_two_optimizers(student: Student, rng: np.random.Generator) -> None:
    """Two optimizers disturb neither each other nor torch's generator"""
    options = ({"lr": 0.1, "weight_decay": 0.3}, {"lr": 0.02, "weight_decay": 2.0})
    expect_two_independent(student, rng, options)


@pytest.mark.points(2)
@pytest.mark.hint("A decay of 1e-4 hardly changes how the baseline learns.")
def test_training(student: Student, rng: np.random.Generator, train: Train, passed: Passed) -> None:
    """The baseline learns to read digits with it"""
    options: Options = {"lr": 0.1, "weight_decay": 0.5}
    expect_it_learns(student, rng, train, passed, RULES, options, DEFAULTS, FORMULA)
