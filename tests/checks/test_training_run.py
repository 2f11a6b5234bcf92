"""What judges a training run: formulas that are PyTorch's, and tests of chance of a known rate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.kit.batch_statistics import Normalisation, NormalisedPass
from grader.checks.kit.curves import Curve, Sampled, elu, points_around, read, relu
from grader.checks.kit.layers import Layers, two_layers
from grader.checks.kit.mask_residuals import Residual, expect_variance
from grader.checks.kit.masks import (
    Masks,
    expect_drop_rate,
    expect_independent,
    expect_kept_values,
    expect_no_copies,
    expect_no_shifted_copies,
    in_one,
    masks_of,
)
from grader.checks.kit.optimizer_run import fitted, likely
from grader.checks.kit.optimizers import Trial
from grader.checks.kit.passes import ForwardPass
from grader.checks.kit.probes import Failure
from grader.checks.kit.training_run import UnitsStep, near
from grader.course.digits import load_digits
from grader.course.manifest import load_course
from grader.grading.training import UNITS
from grader.grading.training.drawing import draw_neighbours, draw_units
from grader.grading.training.loop import as_seen
from grader.grading.training.records import Step, Trace
from grader.sandbox.client import Parameter

NONLINEARITIES = (
    "elu", "gelu", "hardswish", "hardtanh", "relu", "selu", "sigmoid", "softsign", "tanhshrink",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _torch() -> None:
    """Imported when it is used: all of the tests' processes read this file, and one runs it."""
    global functional, torch
    import torch
    from torch.nn import functional


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
        function = getattr(functional, name)
        seen = read_off(function, z)(z)
        exact = torch.from_numpy(z.astype(np.float64)).requires_grad_()
        value = function(exact)
        (slope,) = torch.autograd.grad(value.sum(), exact)
        size = 1 + float(np.abs(z).max())
        assert (np.abs(seen.value - value.detach().numpy()) <= seen.value_error + 2e-6 * size).all()
        assert (np.abs(seen.slope - slope.numpy()) <= seen.slope_error + 2e-3).all()
        assert np.median(seen.value_error) < 1e-3 * size


@pytest.mark.parametrize("name", ["hardtanh", "relu", "selu"])
@pytest.mark.parametrize("share", [-0.03, -0.01, 0.0, 0.01, 0.5, 0.99])
def test_a_corner_may_lie_at_the_edge_of_a_cell(name: str, share: float) -> None:
    function, spacing = getattr(functional, name), 0.0075
    corner = 1.0 if name == "hardtanh" else 0.0
    points = corner + spacing * (np.arange(-512, 512) - share)
    curve = read(points, function(torch.from_numpy(points)).numpy())
    z = corner + spacing * np.linspace(-1.5, 1.5, 1001)
    exact = torch.from_numpy(z).requires_grad_()
    (slope,) = torch.autograd.grad(function(exact).sum(), exact)
    seen = curve(z.astype(np.float32))
    off = np.abs(seen.slope - slope.numpy()) > seen.slope_error + 2e-3
    assert not off.any()
    assert (seen.slope_error > 0.1).mean() < 0.1  # nothing is excused but beside the corner


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
@pytest.mark.parametrize("curve", [relu, elu])
def test_the_gradients_of_a_chain_are_pytorchs(
    layers: int, curve: Callable[[np.ndarray], Sampled]
) -> None:
    function = getattr(functional, curve.__name__)
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
    found = passed.gradients(cotangent)
    assert found.keys() == given_.keys()
    for name, tensor in given_.items():
        assert tensor.grad is not None
        gradient = tensor.grad.numpy()
        predicted, error = found[name]
        assert (np.abs(predicted - gradient) <= 1e-4 + error).all()
        assert error.max() < 1e-2
        if isinstance(passed, ForwardPass):  # some of them alone
            index = tuple(part.ravel()[::3] for part in np.indices(tensor.shape))
            predicted, error = passed.gradient(cotangent, name, index)
            assert (np.abs(predicted - gradient[index]) <= 1e-4 + error).all()


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


def test_an_argument_that_was_written_as_a_round_number_is_tried_as_one() -> None:
    def rule(start: np.ndarray, gradients: list[np.ndarray], lr: float) -> list[np.ndarray]:
        return list(start - lr * np.cumsum(np.sign(gradients), axis=0))

    rng = np.random.default_rng(0)
    start, gradients = rng.standard_normal(9), [rng.standard_normal(9) for _ in range(20)]
    rounded = [each.astype(np.float16) for each in rule(start, gradients, 0.01)]
    trial = Trial({"lr": 1e-3}, [(start, rounded, gradients)], "")
    assert fitted(rule, trial) != {"lr": 0.01}
    assert {"lr": 0.01} in likely(rule, trial)


# ---------------------------------------------------------------- masks

ROWS, HIDDEN, CLASSES, STEPS = 100, 200, 10, 50
Draw = Callable[[np.random.Generator, int], np.ndarray]  # of the masks (N, H) of a step


def independent(rng: np.random.Generator, shape: tuple[int, ...], p: float = 0.5) -> np.ndarray:
    return (rng.random(shape) >= p) / (1 - p)


def anew(rng: np.random.Generator, step: int) -> np.ndarray:
    return independent(rng, (ROWS, HIDDEN))


def residuals_of(rng: np.random.Generator, draw: Draw) -> list[Residual]:
    """Of four steps of a network whose logits lie mostly in a few directions."""
    residuals = []
    w2 = drawn(rng, CLASSES, HIDDEN, scale=0.05) + drawn(rng, CLASSES, 1, scale=0.05)
    for step in range(4):
        hidden = np.maximum(drawn(rng, ROWS, HIDDEN, scale=1.5), 0)
        logits = (hidden * (draw(rng, step) - 1)) @ w2.T
        covariance = np.einsum("nh,ch,dh->ncd", hidden**2, w2, w2)
        residuals.append(Residual(logits, covariance))
    return residuals


def seen(rng: np.random.Generator, draw: Draw) -> np.ndarray:
    """What is seen of the masks of a run, of some units, where half of it can be told."""
    signs = np.zeros((STEPS, ROWS, HIDDEN))
    met_again = draw_neighbours(rng, HIDDEN)
    for step in range(STEPS):
        if step % 10 == 0:
            units = draw_units(rng, HIDDEN, UNITS, met_again)
        mask = draw(rng, step)[:, units]
        signs[step][:, units] = np.where(mask == 0, -1, 1) * (rng.random((ROWS, UNITS)) < 0.5)
    return signs[:, :, np.abs(signs).any((0, 1))]


def test_independent_masks_pass_in_a_hundred_runs() -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        expect_variance(residuals_of(rng, anew))
        signs = seen(rng, anew)
        expect_drop_rate(signs)
        expect_independent(signs)


STRENGTHS: dict[str, Draw] = {
    "none": lambda rng, step: np.ones((ROWS, HIDDEN)),
    "p is 0.3": lambda rng, step: independent(rng, (ROWS, HIDDEN), 0.3),
    "p is 0.7": lambda rng, step: independent(rng, (ROWS, HIDDEN), 0.7),
    "not scaled": lambda rng, step: independent(rng, (ROWS, HIDDEN)) / 2,
}
OTHER_RATES: dict[str, Draw] = {
    "p is 0.45": lambda rng, step: independent(rng, (ROWS, HIDDEN), 0.45),
    "p is 0.1 in one step": lambda rng, step: independent(
        rng, (ROWS, HIDDEN), 0.1 if step == 33 else 0.5
    ),
    "none in one step": lambda rng, step: anew(rng, step) + (step == 33),
}
DEPENDENT: dict[str, Draw] = {
    "whole rows": lambda rng, step: independent(rng, (ROWS, 1)) * np.ones(HIDDEN),
    "one mask for all rows": lambda rng, step: independent(rng, (1, HIDDEN)) * np.ones((ROWS, 1)),
    "two rows alike": lambda rng, step: independent(rng, (50, HIDDEN)).repeat(2, axis=0),
    "halves of a batch alike": lambda rng, step: np.tile(independent(rng, (50, HIDDEN)), (2, 1)),
    "neighbours alike": lambda rng, step: independent(rng, (ROWS, 100)).repeat(2, axis=1),
    "one for the run": lambda rng, step: independent(np.random.default_rng(0), (ROWS, HIDDEN)),
    "of ten steps before": lambda rng, step: independent(
        np.random.default_rng(step % 10), (ROWS, HIDDEN)
    ),
    "every tenth as the one before": lambda rng, step: independent(
        np.random.default_rng(step - (step % 10 == 7)), (ROWS, HIDDEN)
    ),
    "a fifth as in the step before": lambda rng, step: np.where(
        rng.random((ROWS, HIDDEN)) < 0.2,
        independent(np.random.default_rng(step), (ROWS, HIDDEN)),
        independent(np.random.default_rng(step + 1), (ROWS, HIDDEN)),
    ),
}


COPIES: dict[str, Draw] = {
    "a unit further in every second row": lambda rng, step: shifted(anew(rng, step), 1),
    "half of the rows as others, always the same": lambda rng, step: anew(rng, step)[
        np.random.default_rng(5).integers(ROWS // 2, size=ROWS)
    ],
}


def shifted(masks: np.ndarray, units: int) -> np.ndarray:
    """Masks of which every second row is the one before it, some units further."""
    masks[1::2] = np.roll(masks[::2], units, axis=1)
    return masks


def expect_no_copies_of_any_kind(signs: np.ndarray) -> None:
    expect_no_copies(signs)
    expect_no_shifted_copies(signs)


def test_independent_masks_are_no_copies_in_a_dozen_runs() -> None:
    rng = np.random.default_rng(4)
    for _ in range(12):
        expect_no_copies_of_any_kind(seen(rng, anew))


def test_rows_of_a_heap_show_in_many_units() -> None:
    rng = np.random.default_rng(7)
    for _ in range(10):
        signs = np.where(anew(rng, 0)[None, :, :96] == 0, -1.0, 1.0)
        expect_no_copies(signs)
        with pytest.raises(Failure):
            expect_no_copies(signs[:, rng.integers(ROWS, size=ROWS)])


def test_of_a_few_rows_nothing_is_said() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        signs = seen(rng, anew)
        signs[:, 2:] = 0
        expect_no_copies(signs)


@pytest.mark.parametrize("draw", COPIES.values(), ids=COPIES)
def test_copied_masks_do_not_pass(draw: Draw) -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        with pytest.raises(Failure):
            expect_no_copies_of_any_kind(seen(rng, draw))


@pytest.mark.parametrize("draw", STRENGTHS.values(), ids=STRENGTHS)
def test_masks_of_another_strength_do_not_pass(draw: Draw) -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        with pytest.raises(Failure):
            expect_variance(residuals_of(rng, draw))


@pytest.mark.parametrize("draw", DEPENDENT.values(), ids=DEPENDENT)
def test_dependent_masks_do_not_pass(draw: Draw) -> None:
    rng = np.random.default_rng(3)
    caught = 0
    for _ in range(20):
        try:
            expect_independent(seen(rng, draw))
        except Failure:
            caught += 1
    assert caught >= 18  # neighbours may not be followed together in any epoch


@pytest.mark.parametrize("draw", OTHER_RATES.values(), ids=OTHER_RATES)
def test_other_rates_do_not_pass(draw: Draw) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        with pytest.raises(Failure):
            expect_drop_rate(seen(rng, draw))


# ---------------------------------------------------------------- masks that gradients show

IMAGES = as_seen(load_digits(load_course().data_dir).images[:ROWS])
LABELS = load_digits(load_course().data_dir).labels[:ROWS]


class Step6:
    """A step of a network of six units on real digits; what it learnt is torch's."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.weights = {
            "W1": drawn(self.rng, 6, 784, scale=0.05),
            "b1": drawn(self.rng, 6, scale=0.05),
            "W2": drawn(self.rng, CLASSES, 6, scale=0.5),
            "b2": drawn(self.rng, CLASSES, scale=0.1),
        }
        self.mask = independent(self.rng, (ROWS, 6))

    def learn(self, factors: np.ndarray, again: np.ndarray | None = None) -> UnitsStep:
        """With what the hidden activations are multiplied by, and by what in the last layer."""
        w = {name: torch.from_numpy(value).requires_grad_() for name, value in self.weights.items()}
        z = functional.linear(torch.from_numpy(IMAGES), w["W1"], w["b1"])
        hidden = functional.elu(z)
        h = hidden * torch.from_numpy(factors.astype(np.float32))
        logits = functional.linear(h, w["W2"], w["b2"])
        functional.cross_entropy(logits, torch.from_numpy(LABELS)).backward()
        gradients = {name: t.grad.numpy() for name, t in w.items() if t.grad is not None}
        cotangent = logits.detach().softmax(1).numpy() - np.eye(CLASSES)[LABELS]
        if again is not None:
            gradients["W2"] = (cotangent / ROWS).T @ (hidden.detach().numpy() * again)
        errors = {name: np.full(value.shape, 1e-6) for name, value in self.weights.items()}
        nothing = np.zeros(0, np.float32)
        step = Step(0, IMAGES, LABELS, logits.detach().numpy(), nothing, Trace(nothing), 0, [], [])
        return UnitsStep(step, self.weights, gradients, errors, np.arange(6))


PARAMETERS = [
    Parameter(role, "a tensor", True, np.zeros(shape, np.float32))
    for role, shape in two_layers((784, 6, CLASSES)).items()
]
NAMES = Layers(PARAMETERS, two_layers((784, 6, CLASSES)))


def masks_seen(step: UnitsStep) -> Masks:
    products = IMAGES.astype(np.float64) @ IMAGES.T + 1
    return masks_of(step, NAMES, elu, np.linalg.inv(products))


@pytest.mark.parametrize("seed", range(20))
def test_gradients_show_the_masks(seed: int) -> None:
    step = Step6(seed)
    masks = masks_seen(step.learn(step.mask))
    told = masks.is_clear
    assert told.mean() > 0.9
    assert np.array_equal(masks.is_dropped[told], (step.mask == 0)[told])
    (signs,) = in_one([masks])
    assert np.array_equal(signs, np.where(told, np.sign(step.mask - 1), 0))
    expect_kept_values(masks, NAMES)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "factors",
    [
        lambda step: np.ones((ROWS, 6)),
        lambda step: 0.8 * step.mask,
        lambda step: 1 + step.rng.standard_normal((ROWS, 6)),
        lambda step: np.where(np.arange(6) == 3, 1, step.mask),
    ],
    ids=["none", "another scale", "noise", "none of one unit"],
)
def test_other_factors_than_masks_do_not_pass(
    seed: int, factors: Callable[[Step6], np.ndarray]
) -> None:
    step = Step6(seed)
    masks = masks_seen(step.learn(factors(step)))
    with pytest.raises(Failure, match="each hidden activation h to become 0 or h"):
        expect_kept_values(masks, NAMES)


@pytest.mark.parametrize("seed", range(5))
def test_the_last_layer_has_to_see_the_same_masks(seed: int) -> None:
    step = Step6(seed)
    other = independent(step.rng, (ROWS, 6))
    expect_kept_values(masks_seen(step.learn(step.mask, again=step.mask)), NAMES)
    with pytest.raises(Failure, match="gradient of `W2`"):
        expect_kept_values(masks_seen(step.learn(step.mask, again=other)), NAMES)


@pytest.mark.parametrize("seed", range(5))
def test_a_gradient_of_elsewhere_does_not_pass(seed: int) -> None:
    step = Step6(seed)
    learnt = step.learn(step.mask)
    learnt.gradients["W1"][2] += drawn(step.rng, 784, scale=1e-3)
    with pytest.raises(Failure, match="come from the images"):
        masks_seen(learnt)
