"""Checks for `momentum`: v ← μ·v + g, p ← p - lr·v.

Classical momentum as in torch.optim.SGD, from v = 0; or Nesterov's form of it, p ← p - lr·(g + μ·v)
with the new v (Sutskever et al. 2013, as PyTorch writes it).
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
    Arrays,
    Options,
    Rule,
    Trial,
    agrees,
    draw_gradients,
    draw_rate,
    expect_rule,
    follow_at_full_size,
    follow_each,
    follow_far,
    follow_long,
)
from grader.checks.kit.probes import expect, normal, show
from grader.checks.misconceptions.momentum import WRONG_DEFAULTS, WRONG_RULES, WRONG_WHOLES
from grader.checks.misconceptions.shared.steps import recognise
from grader.checks.misconceptions.shared.trials import recognise_update
from grader.grading.plugin import Passed, Train
from grader.sandbox.client import Student

FORMULA = "v ← μ·v + g, then p ← p - lr·v"
DEFAULTS: Options = {"lr": 0.01, "momentum": 0.9}


def classical(
    start: np.ndarray, gradients: list[np.ndarray], lr: float, momentum: float
) -> list[np.ndarray]:
    p, v, way = start.astype(np.float64), np.zeros(start.shape), []
    for g in gradients:
        v = momentum * v + g
        p = p - lr * v
        way.append(p)
    return way


def nesterov(
    start: np.ndarray, gradients: list[np.ndarray], lr: float, momentum: float
) -> list[np.ndarray]:
    p, v, way = start.astype(np.float64), np.zeros(start.shape), []
    for g in gradients:
        v = momentum * v + g
        p = p - lr * (g + momentum * v)
        way.append(p)
    return way


RULES: tuple[Rule, ...] = (classical, nesterov)


@pytest.mark.points(4)
@pytest.mark.hint(
    "Each parameter keeps a velocity of its own shape, from 0; the gradient enters it whole."
)
def test_update_rule(student: Student, rng: np.random.Generator) -> None:
    """Steps follow v ← μ·v + g, p ← p - lr·v, whatever lr and momentum are"""
    expect_rule(
        RULES,
        trials(student, rng),
        formula=FORMULA,
        recognise=partial(recognise_update, RULES, WRONG_RULES, wholes=WRONG_WHOLES, first="lr·g"),
    )


def trials(student: Student, rng: np.random.Generator) -> Iterator[Trial]:
    cases: list[tuple[Options, float]] = [
        ({"lr": 0.1, "momentum": 0.9}, 1.0),
        # From 0, where float32 shows steps of any size.
        ({"lr": draw_rate(rng, 1e-7, 1e-3), "momentum": draw_rate(rng, 0.02, 0.09)}, 0.0),
    ]
    yield from follow_each(student, rng, cases, steps=6)
    yield follow_long(student, rng, {"lr": draw_rate(rng, 1, 20), "momentum": 0.99})
    yield follow_at_full_size(student, rng, {"lr": 0.2, "momentum": 0.7})
    rate = draw_rate(rng, 1e-3, 1)
    yield follow_far(student, rng, {"lr": rate, "momentum": 0.98}, sizes=(1e-8, 1e8))


@pytest.mark.points(1)
@pytest.mark.hint("The signature is make_optimizer(parameters, lr=0.01, momentum=0.9).")
def test_defaults(student: Student, rng: np.random.Generator, passed: Passed) -> None:
    """By default lr is 0.01 and momentum is 0.9"""
    given: list[tuple[Options, float]] = [({}, 1.0), ({"lr": 0.5}, 1.0), ({"momentum": 0.5}, 100.0)]
    rules = RULES if passed("test_update_rule") else ()
    named = partial(recognise, WRONG_DEFAULTS)
    expect_defaults(student, rng, rules, DEFAULTS, given, recognise=named)


@pytest.mark.points(1)
@pytest.mark.hint("Before the first backward pass, and for unused parameters, grad is None.")
def test_parameters_without_gradient(
    student: Student, rng: np.random.Generator, passed: Passed
) -> None:
    """Parameters without a gradient are left alone"""
    expect_gradientless_left_alone(student, rng)
    if passed("test_update_rule"):
        expect_velocity_kept(student, rng)


def expect_velocity_kept(student: Student, rng: np.random.Generator) -> None:
    """Fail unless a parameter goes on with its velocity after a step without a gradient."""
    start: Arrays = [normal(rng, 3, 4), normal(rng, 5)]
    options: Options = {"lr": 0.1, "momentum": 0.8}
    gradients = draw_gradients(rng, [(3, 4), (5,)], steps=4)
    given: list[list[np.ndarray | None]] = [[*step] for step in gradients]
    given[2][0] = None
    seen = [step[0] for step in student.make_optimizer(start, **options).step(given)]
    del seen[2]
    had = [gradients[step][0] for step in (0, 1, 3)]
    ways = [rule(start[0], had, **options) for rule in RULES]
    expect(
        any(agrees(start[0], seen, way) for way in ways),
        f"a parameter that has had no gradient in one step to go on with its velocity, "
        f"to {show(ways[0][-1])}",
        show(seen[-1]),
        "What a parameter's velocity was it stays where grad is None: skip it, forget nothing.",
    )


@pytest.mark.points(1)
@pytest.mark.hint("Velocities belong to one optimizer: keep them in self.state.")
def test_two_optimizers(student: Student, rng: np.random.Generator) -> None:
    """Two optimizers disturb neither each other nor torch's generator"""
    options = ({"lr": 0.1, "momentum": 0.9}, {"lr": 0.02, "momentum": 0.4})
    expect_two_independent(student, rng, options)


@pytest.mark.points(2)
@pytest.mark.hint("With momentum, the baseline learns much faster than plain SGD lets it.")
def test_training(student: Student, rng: np.random.Generator, train: Train, passed: Passed) -> None:
    """The baseline learns to read digits with it"""
    options: Options = {"lr": 0.1, "momentum": 0.7}
    expect_it_learns(student, rng, train, passed, RULES, options, DEFAULTS, FORMULA)
