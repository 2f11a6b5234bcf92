"""What is said of steps and parameters that no known mistake explains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.kit.optimizers import Trial
from grader.checks.misconceptions.shared.first_step import ALIKE, describe_terms
from grader.checks.misconceptions.shared.layers import LAYER_TOO_FEW, OTHER_WIDTH, wrong_parameters
from grader.sandbox.client import Parameter

THREE_LAYERS = {"W1": (4, 7), "b1": (4,), "W2": (4, 4), "b2": (4,), "W3": (5, 4), "b3": (5,)}
BRACKETS = "One number is added to every entry"


def first_steps(step: Callable[[np.ndarray], np.ndarray]) -> list[Trial]:
    """Parameters of two shapes, each moved once by lr times what `step` makes of its gradient."""
    rng = np.random.default_rng(0)
    followed = []
    for shape in ((4, 3), (5,)):
        start, gradient = (rng.standard_normal(shape) for _ in range(2))
        followed.append((start, [start - 0.1 * step(gradient)], [gradient]))
    return [Trial({"lr": 0.1}, followed, "")]


def test_a_step_that_is_one_number_for_all_entries_is_told() -> None:
    assert describe_terms(first_steps(lambda g: np.full_like(g, g.mean())), "lr·g") == ALIKE
    assert describe_terms(first_steps(lambda g: g), "lr·g") is None
    assert describe_terms(first_steps(lambda g: 0 * g), "lr·g") != ALIKE


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (lambda g: np.sign(g) + 0.07, True),
        (lambda g: np.sign(g), False),
        (lambda g: g + 0.5 * g**2, False),
    ],
)
def test_a_number_outside_the_brackets_is_told_where_one_is_added(
    step: Callable[[np.ndarray], np.ndarray], told: bool
) -> None:
    mistake = describe_terms(first_steps(step), "lr·g / (|g| + ε)")
    assert mistake is not None
    assert (BRACKETS in mistake.says) is told


def parameters(*shapes: tuple[int, ...]) -> list[Parameter]:
    return [
        Parameter(f"p{n}", "float32", True, np.zeros(shape, np.float32))
        for n, shape in enumerate(shapes)
    ]


def test_two_layers_of_other_widths_are_called_too_few_and_three_are_not() -> None:
    wide = parameters((8, 7), (8,), (5, 8))
    assert wrong_parameters(THREE_LAYERS, ["W1", "b1", "W2", "b2", "W3"], wide) == LAYER_TOO_FEW
    narrow = parameters((2, 4), (2,), (5, 2))
    assert wrong_parameters(THREE_LAYERS, ["W2", "b2", "W3"], narrow) == OTHER_WIDTH
