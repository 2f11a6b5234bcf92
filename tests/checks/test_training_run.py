"""What judges a training run: formulas that are PyTorch's, and tests of chance of a known rate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn import functional

from grader.checks.kit.batch_statistics import Normalisation, NormalisedPass
from grader.checks.kit.curves import Curve, Sampled, elu, points_around, read, relu
from grader.checks.kit.masks import Dropped, expect_masks
from grader.checks.kit.optimizers import Trial
from grader.checks.kit.probes import Failure
from grader.checks.kit.training_run import ForwardPass, fitted, near

NONLINEARITIES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "elu": functional.elu,
    "gelu": functional.gelu,
    "hardswish": functional.hardswish,
    "hardtanh": functional.hardtanh,
    "relu": functional.relu,
    "selu": functional.selu,
    "sigmoid": torch.sigmoid,
    "softsign": functional.softsign,
    "tanhshrink": functional.tanhshrink,
}


def drawn(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    return (scale * rng.standard_normal(shape)).astype(np.float32)


def read_off(function: Callable[[torch.Tensor], torch.Tensor], around: np.ndarray) -> Curve:
    points = points_around(around)
    return read(points, function(torch.from_numpy(points.astype(np.float32))).numpy())


# ---------------------------------------------------------------- functions that were read


@pytest.mark.parametrize("name", NONLINEARITIES)
def test_a_read_function_is_off_by_no_more_than_it_says(name: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        scale, shift = 10 ** rng.uniform(-1, 2), rng.uniform(-5, 5)
        z = shift + drawn(rng, 500, scale=scale)
        seen = read_off(NONLINEARITIES[name], z)(z)
        exact = torch.from_numpy(z.astype(np.float64)).requires_grad_()
        value = NONLINEARITIES[name](exact)
        (slope,) = torch.autograd.grad(value.sum(), exact)
        size = 1 + float(np.abs(z).max())
        assert (np.abs(seen.value - value.detach().numpy()) <= seen.value_error + 2e-6 * size).all()
        assert (np.abs(seen.slope - slope.numpy()) <= seen.slope_error + 2e-3).all()
        assert np.median(seen.value_error) < 1e-3 * size


def test_of_a_jump_nothing_is_known_where_it_is_and_all_beside_it() -> None:
    z = np.linspace(-1, 1, 1001)
    seen = read_off(functional.hardshrink, z)(z)
    wrong = np.abs(seen.value - functional.hardshrink(torch.from_numpy(z)).numpy())
    assert (wrong <= seen.value_error + 1e-6).all()
    assert 0 < (seen.value_error > 0.1).sum() < 10


def test_outside_of_what_was_read_anything_may_be() -> None:
    seen = read_off(torch.tanh, np.array([-1.0, 1.0]))(np.array([0.0, 5.0]))
    assert seen.value_error[0] < 1e-6 < 1e6 < seen.value_error[1]


# ---------------------------------------------------------------- formulas


@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize(("curve", "function"), [(relu, functional.relu), (elu, functional.elu)])
def test_the_gradients_of_a_chain_are_pytorchs(
    layers: int, curve: Callable[[np.ndarray], Sampled], function: Callable[..., torch.Tensor]
) -> None:
    rng = np.random.default_rng(layers)
    sizes = [7, *[6] * (layers - 1), 4]
    weights = {}
    for i in range(layers):
        weights[f"W{i + 1}"] = drawn(rng, sizes[i + 1], sizes[i])
        weights[f"b{i + 1}"] = drawn(rng, sizes[i + 1])
    inputs, cotangent = drawn(rng, 30, 7), drawn(rng, 30, 4)
    passed = ForwardPass(weights, [curve] * (layers - 1), inputs)
    given_ = {name: torch.from_numpy(value).requires_grad_() for name, value in weights.items()}
    x = torch.from_numpy(inputs)
    for i in range(1, layers + 1):
        x = functional.linear(x, given_[f"W{i}"], given_[f"b{i}"])
        x = function(x) if i < layers else x
    (x * torch.from_numpy(cotangent)).sum().backward()
    assert near(passed.logits, x.detach().numpy(), passed.error)
    agree(passed, given_, cotangent)


def agree(
    passed: ForwardPass | NormalisedPass, given_: dict[str, torch.Tensor], cotangent: np.ndarray
) -> None:
    for name, tensor in given_.items():
        assert tensor.grad is not None
        index = tuple(part.ravel() for part in np.indices(tensor.shape))
        predicted, error = passed.gradient(cotangent, name, index)
        assert np.abs(predicted - tensor.grad.numpy().ravel()).max() <= 1e-4 + error.max()
        assert error.max() < 1e-2


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("beside", [False, True])
def test_the_gradients_through_batch_statistics_are_pytorchs(
    place: str, ddof: int, beside: bool
) -> None:
    rng = np.random.default_rng(5)
    weights = {
        "W1": drawn(rng, 6, 7),
        "b1": drawn(rng, 6),
        "gamma": 1 + drawn(rng, 6, scale=0.2),
        "beta": drawn(rng, 6),
        "W2": drawn(rng, 4, 6),
        "b2": drawn(rng, 4),
    }
    inputs, cotangent, eps = drawn(rng, 30, 7), drawn(rng, 30, 4), 1e-3
    how = Normalisation(place, ddof, elu, eps, beside)  # type: ignore[arg-type]
    passed = NormalisedPass(weights, how, inputs)
    w = {name: torch.from_numpy(value).requires_grad_() for name, value in weights.items()}
    u = functional.linear(torch.from_numpy(inputs), w["W1"], w["b1"])
    u = functional.elu(u) if place == "after" else u
    var = u.var(0, correction=ddof)
    root = var.sqrt() + eps if beside else (var + eps).sqrt()
    y = w["gamma"] * (u - u.mean(0)) / root + w["beta"]
    logits = functional.linear(functional.elu(y) if place == "before" else y, w["W2"], w["b2"])
    (logits * torch.from_numpy(cotangent)).sum().backward()
    assert near(passed.logits, logits.detach().numpy(), passed.error)
    agree(passed, w, cotangent)


def test_arguments_are_found_from_a_way() -> None:
    def rule(start: np.ndarray, gradients: list[np.ndarray], lr: float, momentum: float):  # type: ignore[no-untyped-def]
        p, v, way = start, 0 * start, []
        for g in gradients:
            v = momentum * v + g
            p = p - lr * v
            way.append(p)
        return way

    rng = np.random.default_rng(0)
    start, gradients = rng.standard_normal(9), [rng.standard_normal(9) for _ in range(20)]
    for lr, momentum in ((0.3, 0.99), (1e-4, 0.2), (0.05, 0.0)):
        way = (start, rule(start, gradients, lr, momentum), gradients)
        found = fitted(rule, Trial({"lr": 0.01, "momentum": 0.9}, [way], ""))
        assert found == pytest.approx({"lr": lr, "momentum": momentum}, rel=1e-3, abs=1e-4)


# ---------------------------------------------------------------- masks

ROWS, UNITS, CLASSES = 100, 200, 10


def independent(rng: np.random.Generator, shape: tuple[int, ...], p: float = 0.5) -> np.ndarray:
    return (rng.random(shape) >= p) / (1 - p)


def steps_of(
    rng: np.random.Generator, mask: Callable[[np.random.Generator], np.ndarray]
) -> list[Dropped]:
    """Four steps of a network whose logits lie mostly in a few directions."""
    steps = []
    w2 = drawn(rng, CLASSES, UNITS, scale=0.05) + drawn(rng, CLASSES, 1, scale=0.05)
    for _ in range(4):
        weights = {"W1": np.eye(UNITS, dtype=np.float32), "b1": np.zeros(UNITS, np.float32)}
        weights |= {"W2": w2, "b2": drawn(rng, CLASSES)}
        passed = ForwardPass(weights, [relu], drawn(rng, ROWS, UNITS, scale=1.5))
        hidden = passed.hidden(1).value
        residual = (hidden * (mask(rng) - 1)) @ w2.T
        covariance = np.einsum("nh,ch,dh->ncd", hidden**2, w2, w2)
        steps.append(Dropped(passed, residual, covariance))
    return steps


def test_independent_masks_pass_in_a_thousand_runs() -> None:
    rng = np.random.default_rng(1)
    for _ in range(1000 // 5):
        expect_masks(steps_of(rng, lambda rng: independent(rng, (ROWS, UNITS))), 0.5)


WRONG_MASKS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "none": lambda rng: np.ones((ROWS, UNITS)),
    "p is 0.3": lambda rng: independent(rng, (ROWS, UNITS), 0.3),
    "p is 0.7": lambda rng: independent(rng, (ROWS, UNITS), 0.7),
    "not scaled": lambda rng: independent(rng, (ROWS, UNITS)) / 2,
    "whole rows": lambda rng: independent(rng, (ROWS, 1)),
    "one mask for all rows": lambda rng: independent(rng, (1, UNITS)),
    "the same in every step": lambda rng: independent(np.random.default_rng(0), (ROWS, UNITS)),
}


@pytest.mark.parametrize("mask", WRONG_MASKS.values(), ids=WRONG_MASKS)
def test_other_masks_do_not_pass(mask: Callable[[np.random.Generator], np.ndarray]) -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        with pytest.raises(Failure):
            expect_masks(steps_of(rng, mask), 0.5)
