"""Checks for `leaky_relu_elu`: two functions, entry by entry, and their derivatives.

leaky_relu(z) = z where z > 0, else slope·z (Maas et al. 2013); elu(z) = z where z > 0, else
alpha·(exp(z) - 1) (Clevert et al. 2016). At z = 0, a corner of the first, none is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from grader.checks.kit.functions import tensor_in
from grader.checks.kit.probes import (
    expect,
    normal,
)
from grader.checks.misconceptions import Known, Mistake, filled
from grader.checks.misconceptions.leaky_relu_elu import (
    CUT_OFF_BELOW,
    OVERFLOWS,
    SPOILT,
    WRITTEN_INTO,
    agree,
    recognise_default,
    recognise_function,
)
from grader.sandbox.client import Student
from grader.sandbox.wire.values import Tensor

FEW, TRAINED = (82, 3), (100, 512)  # shapes: the latter as a hidden layer's in training

Formula = Callable[[np.ndarray, float], np.ndarray]


def leaky_relu(z: np.ndarray, slope: float) -> np.ndarray:
    return np.where(z > 0, z, slope * z)


def elu(z: np.ndarray, alpha: float) -> np.ndarray:
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


FORMULAS = {"leaky_relu": leaky_relu, "elu": elu}


def leaky_relu_slope(z: np.ndarray, slope: float) -> np.ndarray:
    return np.where(z > 0, 1.0, slope)


def elu_slope(z: np.ndarray, alpha: float) -> np.ndarray:
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0)))


def draw_points(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """float32 points from 1e-6 to 1e6 on both sides of zero, in random order."""
    magnitudes = np.logspace(-6, 6, math.prod(shape) // 2)
    points = np.concatenate([magnitudes, -magnitudes]).astype(np.float32)
    return rng.permutation(points).reshape(shape)


def expect_values(
    seen: np.ndarray, z: np.ndarray, wanted: np.ndarray, call: str, what: str, known: Known
) -> None:
    """Fail unless `seen` is `wanted` to float32 accuracy.

    exp(z) - 1 as the formula has it loses digits near zero: that costs up to 1e-7 absolutely.
    """
    wrong = np.abs(seen - wanted) > 1e-5 * np.abs(wanted) + 1e-6
    if wrong.any():
        worst = np.argmax(np.where(wrong, np.abs(seen - wanted), -1.0))
        expect(
            False,
            f"{what} of {call} at z = {z.flat[worst]:.6g} to be {wanted.flat[worst] + 0.0:.6g}",
            f"{seen.flat[worst]:.6g}",
            known=known,
        )


def expect_function(
    student: Student, name: str, formula: Formula, option: str, setting: float, z: np.ndarray
) -> None:
    call = f"{name}(z, {option}={setting:g})"
    value = student.call(name, Tensor(z), options={option: setting}).value
    seen = values_in(value, z, call, partial(named_overflow, name, value, z, setting))
    known = partial(recognise_function, name, seen, z, setting)
    expect_values(seen, z, formula(z, setting), call, "the value", known)


def values_in(value: object, z: np.ndarray, call: str, known: Known) -> np.ndarray:
    """As tensor_in, but that `known` is asked where some are NaN or infinite."""
    if isinstance(value, Tensor) and value.array.shape == z.shape:
        finite = np.isfinite(value.array).all()
        expect(finite, f"{call} to give numbers", "NaN or infinity", known=known)
    return tensor_in(value, z.shape, call)


def named_overflow(name: str, value: object, z: np.ndarray, setting: float) -> Mistake | None:
    """Why some values are NaN or infinite: the others tell."""
    assert isinstance(value, Tensor)
    finite = np.isfinite(value.array) & (z != 0)
    if not finite.any():
        return None
    seen, points = value.array[finite], z[finite]
    if agree(seen, FORMULAS[name](points.astype(float), setting)):
        return OVERFLOWS
    return recognise_function(name, seen, points, setting)


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("Both functions take a tensor and return a new one of the same shape and dtype.")
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """Both functions are there and return a tensor of the shape they are given"""
    for name in ("leaky_relu", "elu"):
        z = normal(rng, 4, 3)
        tensor_in(student.call(name, Tensor(z)).value, z.shape, f"{name}(z)")


@pytest.mark.points(2)
@pytest.mark.hint("Above zero z itself, below zero negative_slope times z.")
def test_leaky_relu(student: Student, rng: np.random.Generator) -> None:
    """Leaky ReLU is z above zero and negative_slope·z below, for z of any size"""
    for slope in (0.01, float(rng.uniform(0.92, 0.99)), 0.0):
        few = np.append(draw_points(rng, *FEW), np.float32(0))
        for z in (few, draw_points(rng, *TRAINED)):
            expect_function(student, "leaky_relu", leaky_relu, "negative_slope", slope, z)


@pytest.mark.points(2)
@pytest.mark.hint("Above zero z itself, below zero alpha times (exp(z) - 1).")
def test_elu(student: Student, rng: np.random.Generator) -> None:
    """ELU is z above zero and alpha·(exp(z) - 1) below, for z of any size"""
    for alpha in (1.0, float(rng.uniform(0.2, 0.8)), float(rng.uniform(6, 8))):
        few = np.append(draw_points(rng, *FEW), np.float32(0))
        for z in (few, draw_points(rng, *TRAINED)):
            expect_function(student, "elu", elu, "alpha", alpha, z)


@pytest.mark.points(1)
@pytest.mark.hint("The signatures are leaky_relu(z, negative_slope=0.01) and elu(z, alpha=1.0).")
def test_defaults(student: Student, rng: np.random.Generator) -> None:
    """By default negative_slope is 0.01 and alpha is 1"""
    z = -np.abs(normal(rng, 5, 4, scale=3)) - np.float32(0.1)
    defaults: list[tuple[str, Formula, str, float]] = [
        ("leaky_relu", leaky_relu, "negative_slope", 0.01),
        ("elu", elu, "alpha", 1),
    ]
    for name, formula, option, setting in defaults:
        seen = tensor_in(student.call(name, Tensor(z)).value, z.shape, f"{name}(z)")
        known = partial(recognise_default, name, option, seen, z, setting)
        expect_values(seen, z, formula(z, setting), f"{name}(z)", "the value", known)


@pytest.mark.points(2)
@pytest.mark.hint(
    "exp(z) overflows for large z, and 0 times infinity is not a number: torch.where does not keep "
    "the branch that it leaves out from spoiling the gradient."
)
def test_gradients(student: Student, rng: np.random.Generator) -> None:
    """The gradients are right for every z, far from zero too"""
    settings: list[tuple[str, Formula, str, float]] = [
        ("leaky_relu", leaky_relu_slope, "negative_slope", float(rng.uniform(0.1, 0.9))),
        ("elu", elu_slope, "alpha", float(rng.uniform(0.5, 2))),
    ]
    for name, slope_of, option, setting in settings:
        for shape in (FEW, TRAINED):
            z = draw_points(rng, *shape)
            cotangent = rng.uniform(0.5, 2, z.shape).astype(np.float32)
            cotangent *= rng.choice(np.array([-1, 1], np.float32), z.shape)
            call = f"{name}(z, {option}={setting:g})"
            called = student.call(name, Tensor(z), cotangent=cotangent, options={option: setting})
            (gradient,) = called.gradients
            expect(gradient is not None, f"a gradient of {call} with respect to z", "none arrives")
            spoilt = partial(filled, SPOILT)
            seen = values_in(gradient, z, f"the backward pass of {call}", spoilt) / cotangent
            seen += 0.0  # -0 is 0
            value = tensor_in(called.value, z.shape, call)
            known = partial(named_slope, name, seen, value, z, setting)
            expect_values(seen, z, slope_of(z, setting), call, "the derivative", known)


def named_slope(
    name: str, seen: np.ndarray, value: np.ndarray, z: np.ndarray, setting: float
) -> Mistake | None:
    """Why the derivative is another one."""
    right = agree(value, FORMULAS[name](z.astype(float), setting))
    if right:
        return None if seen[z < 0].any() else CUT_OFF_BELOW
    return recognise_function(name, value, z, setting)


@pytest.mark.points(1)
@pytest.mark.hint("Work entry by entry: no loops over rows, no assumption about dimensions.")
def test_any_shape(student: Student, rng: np.random.Generator) -> None:
    """Tensors of any shape are taken, empty ones and single numbers too"""
    for shape in [(), (7,), (2, 3, 4), (2, 1, 3, 2), (0, 3)]:
        z = np.asarray(normal(rng, *shape, scale=2), np.float32)
        expect_function(student, "leaky_relu", leaky_relu, "negative_slope", 0.2, z)
        expect_function(student, "elu", elu, "alpha", 1.5, z)


@pytest.mark.points(1)
@pytest.mark.hint("Functions whose names end in _ and assignments to z[...] write into z.")
def test_input_unchanged(student: Student, rng: np.random.Generator) -> None:
    """The input is left as it was"""
    for name in ("leaky_relu", "elu"):
        for shape in ((5, 4), TRAINED):
            z = normal(rng, *shape, scale=2)
            (after,) = student.call(name, Tensor(z)).arguments
            unchanged = isinstance(after, Tensor) and np.array_equal(after.array, z)
            expect(
                unchanged,
                f"{name}(z) to leave z as it was",
                "z holds other values afterwards",
                known=lambda: WRITTEN_INTO,
            )
