"""Checks for `adam`: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1.

m ← β1·m + (1-β1)·g, v ← β2·v + (1-β2)·g^2, p ← p - lr·m̂ / (√v̂ + ε), with m̂ = m / (1-β1^t) and
v̂ = v / (1-β2^t), β = (0.9, 0.999), ε = 1e-8. The paper's second form, at the end of its section 2,
is accepted as well: p ← p - lr·√(1-β2^t)/(1-β1^t)·m / (√v + ε̂), with ε̂ = 1e-8.
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
    describe,
    draw_gradients,
    draw_rate,
    draw_shapes,
    expect_rule,
    follow,
    follow_at_full_size,
    follow_far,
    follow_long,
)
from grader.checks.kit.probes import (
    normal,
)
from grader.checks.kit.shared import MEND_FIRST
from grader.checks.misconceptions.adam import WRONG_DEFAULTS, WRONG_RULES, WRONG_WHOLES
from grader.checks.misconceptions.shared.steps import recognise
from grader.checks.misconceptions.shared.trials import recognise_update
from grader.grading.plugin import Passed, Train
from grader.sandbox.client import Student

FORMULA = "p ← p - lr·m̂ / (√v̂ + ε), with β = (0.9, 0.999) and ε = 1e-8"
DEFAULTS: Options = {"lr": 1e-3}
BETA_1, BETA_2, EPS = 0.9, 0.999, 1e-8


def adam(
    start: np.ndarray, gradients: list[np.ndarray], lr: float, *, corrected_eps: bool = False
) -> list[np.ndarray]:
    """Algorithm 1; with `corrected_eps` the form whose ε̂ stands beside √v, not beside √v̂."""
    p, m, v, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for t, gradient in enumerate(gradients, start=1):
        g = gradient.astype(np.float64)
        m = BETA_1 * m + (1 - BETA_1) * g
        v = BETA_2 * v + (1 - BETA_2) * g**2
        root = np.sqrt(1 - BETA_2**t)
        eps = EPS / root if corrected_eps else EPS
        p = p - lr * m / (1 - BETA_1**t) / (np.sqrt(v) / root + eps)
        way.append(p)
    return way


RULES: tuple[Rule, ...] = (adam, partial(adam, corrected_eps=True))
FIRST = "lr·g / (|g| + ε), about lr for every entry"
RECOGNISE = partial(recognise_update, RULES, WRONG_RULES, wholes=WRONG_WHOLES, first=FIRST)


@pytest.mark.points(3)
@pytest.mark.hint(
    "Both moments start at 0 and are corrected for it with the number t of steps taken; v averages "
    "squares. There is no weight decay."
)
def test_update_rule(student: Student, rng: np.random.Generator) -> None:
    """Steps follow Adam's rule with β = (0.9, 0.999), whatever lr is"""
    expect_rule(RULES, trials(student, rng), formula=FORMULA, recognise=RECOGNISE)


def trials(student: Student, rng: np.random.Generator) -> Iterator[Trial]:
    for lr, steps in ((0.01, 20), (draw_rate(rng, 0.5, 50), 5)):
        shapes = draw_shapes(rng)
        # Large values show any weight decay, a large first gradient shows AMSGrad's maximum.
        start = [normal(rng, *shape, scale=5) for shape in shapes]
        gradients = draw_gradients(rng, shapes, steps)
        gradients[0] = [50 * g for g in gradients[0]]
        options: Options = {"lr": lr}
        yield follow(student, options, start, gradients, describe(options))
    # By gradients that grow as β1/β2 shrinks Adam's steps are the longest, up to twice lr.
    yield follow_long(student, rng, {"lr": draw_rate(rng, 1e-8, 1e-4)}, growth=BETA_2 / BETA_1)
    yield follow_at_full_size(student, rng, {"lr": 0.05})
    # After a few hundred steps they are up to three times lr.
    rate = draw_rate(rng, 1e-8, 1e-4)
    yield follow_far(student, rng, {"lr": rate}, sizes=(1e5, 1e9), growth=BETA_2 / BETA_1)


@pytest.mark.points(1)
@pytest.mark.hint("ε is 1e-8, and it is added to the root of v̂, not under it.")
def test_epsilon(student: Student, rng: np.random.Generator, passed: Passed) -> None:
    """ε is 1e-8 and is added to √v̂"""
    shapes = draw_shapes(rng)
    # Gradients near ε, on parameters at 0, where float32 shows steps of any size.
    start = [np.zeros(shape, np.float32) for shape in shapes]
    gradients = draw_gradients(rng, shapes, steps=5, scale=1e-8)
    trial = follow(student, {"lr": 0.01}, start, gradients, "gradients of the order of 1e-8")
    expect_rule(
        RULES,
        iter([trial]),
        formula=FORMULA,
        recognise=partial(RECOGNISE, described=False),
        look="" if passed("test_update_rule") else MEND_FIRST,
    )


@pytest.mark.points(1)
@pytest.mark.hint("The signature is make_optimizer(parameters, lr=1e-3).")
def test_defaults(student: Student, rng: np.random.Generator, passed: Passed) -> None:
    """By default lr is 1e-3"""
    rules = RULES if passed("test_update_rule") else ()
    named = partial(recognise, WRONG_DEFAULTS)
    expect_defaults(student, rng, rules, DEFAULTS, [({}, 1.0)], recognise=named)


@pytest.mark.points(1)
@pytest.mark.hint("Before the first backward pass, and for unused parameters, grad is None.")
def test_parameters_without_gradient(student: Student, rng: np.random.Generator) -> None:
    """Parameters without a gradient are left alone"""
    expect_gradientless_left_alone(student, rng)


@pytest.mark.points(1)
@pytest.mark.hint("Moments and the step count belong to one optimizer: keep them in self.state.")
def test_two_optimizers(student: Student, rng: np.random.Generator) -> None:
    """Two optimizers disturb neither each other nor torch's generator"""
    expect_two_independent(student, rng, ({"lr": 0.01}, {"lr": 0.1}))


@pytest.mark.points(2)
@pytest.mark.hint("Adam's steps are about lr large, whatever the gradient's size.")
def test_training(student: Student, rng: np.random.Generator, train: Train, passed: Passed) -> None:
    """The baseline learns to read digits with it"""
    closely, options = passed("test_epsilon"), Options(lr=0.02)
    expect_it_learns(
        student, rng, train, passed, RULES, options, DEFAULTS, FORMULA, closely=closely
    )
