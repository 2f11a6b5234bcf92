"""Checks for `relu`: a two-layer network whose hidden layer applies max(0, z)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from grader.checks.kit.curves import relu
from grader.checks.kit.layers import (
    Layers,
    expect_gradients,
    two_layers,
)
from grader.checks.kit.nonlinearity import (
    identity_weights,
    mix,
    named_forward,
    named_mixing,
)
from grader.checks.kit.probes import (
    close,
    draw_rows,
    draw_seed,
    draw_sizes,
    embed,
    expect,
    normal,
    show_apart,
)
from grader.checks.kit.shared import (
    expect_accuracy,
    test_builds,  # noqa: F401  a check that all networks share
    test_reproducible,  # noqa: F401
)
from grader.checks.kit.training_run import expect_two_layers_train, refuting
from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.relu import SOME_UNITS, recognise_forward, recognise_softmax
from grader.checks.misconceptions.shared import common
from grader.checks.misconceptions.shared.curves import describe_curve, recognise_curve
from grader.grading.plugin import Passed, Train
from grader.sandbox.client import Network, Student


def build(student: Student, rng: np.random.Generator) -> tuple[Network, Layers]:
    net = student.build(*draw_sizes(rng), seed=draw_seed(rng))
    return net, Layers(net.parameters, two_layers(net.sizes))


def forward(w: dict[str, np.ndarray], inputs: np.ndarray) -> np.ndarray:
    """W2·max(0, W1·x + b1) + b2, in float64, as the weights `w` are."""
    hidden = np.maximum(inputs @ w["W1"].T + w["b1"], 0)  # (N, F) @ (F, H) -> (N, H)
    return hidden @ w["W2"].T + w["b2"]  # (N, H) @ (H, O) -> (N, O)


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("Two layers, each with a weight and a bias: ReLU itself has no parameters.")
def test_layers(student: Student, rng: np.random.Generator) -> None:
    """There are two layers with weights and biases, and nothing else"""
    expect_gradients(*build(student, rng), rng)


@pytest.mark.points(5)
@pytest.mark.hint("max(0, z) is 0 for every negative z and z itself for every positive one.")
def test_hidden_is_relu(student: Student, rng: np.random.Generator) -> None:
    """The logits are W2·max(0, W1·x + b1) + b2, for inputs of any size"""
    net, layers = build(student, rng)
    points, activated = show_nonlinearity(net, layers, rng)
    wrong = ~is_relu(points, activated)
    if wrong.any():
        worst = np.argmin(np.where(wrong, np.abs(np.log10(np.abs(points))), np.inf))
        z, a = points.flat[worst], activated.flat[worst]
        expect(
            False,
            f"max(0, z) = {max(z, 0):.4g} at z = {z:.4g}",
            f"{a:.4g}",
            known=partial(named_hidden, net, layers, rng, points, activated),
        )
    expect_forward(net, layers, rng)


def show_nonlinearity(
    net: Network, layers: Layers, rng: np.random.Generator, *, train: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, H) from 1e-18 to 1e18 on both sides of zero, and the hidden layer's values there:
    nearly all sizes whose squares float32 can hold.

    Identity weights carry the points in and the values out.
    """
    num_features, num_hidden, _ = net.sizes
    magnitudes = np.logspace(-18, 18, 80 * num_hidden).reshape(-1, num_hidden)
    signed = magnitudes * rng.choice([-1, 1], magnitudes.shape)  # so that rows hold both sides
    points = np.concatenate([signed, -signed]).astype(np.float32)
    rng.shuffle(points, axis=0)
    layers.assign(net, identity_weights(layers))
    inputs = embed(points, len(points), num_features)
    return points, net.forward(inputs, train=train)[:, :num_hidden]


def named_hidden(
    net: Network,
    layers: Layers,
    rng: np.random.Generator,
    points: np.ndarray,
    activated: np.ndarray,
) -> Mistake | None:
    """The known mistake of eval mode, and whether it is that mode's alone."""
    known = recognise_hidden(net, points, activated)
    if known in (common.MIXES_ROWS, common.MIXES_UNITS):  # or what shows the hidden layer does
        inputs = embed(points, len(points), net.sizes[0])
        return named_forward(net, layers, inputs, False, known) or known
    # Two passes, as every other one is recorded: it may be that which makes the difference.
    in_train_mode = (show_nonlinearity(net, layers, rng, train=True) for _ in range(2))
    if known is None or not all(is_relu(*shown).all() for shown in in_train_mode):
        return known
    return of_mode("eval", known)


def of_mode(mode: str, known: Mistake) -> Mistake:
    return known._replace(says=f"In {mode} mode alone, {known.says[0].lower()}{known.says[1:]}")


def recognise_hidden(net: Network, points: np.ndarray, activated: np.ndarray) -> Mistake | None:
    """The known mistake that gives (N, H) points these values, the weights being identities."""
    num_features, num_hidden, num_output = net.sizes
    softmax = recognise_softmax(points, activated, num_output - num_hidden)
    if softmax is not None:
        return softmax

    def values(some: np.ndarray) -> np.ndarray:
        inputs = embed(some, len(some), num_features)
        net.forward(
            inputs
        )  # every other pass is recorded: the second one is as that of `activated`
        return net.forward(inputs)[:, :num_hidden]

    # A curve is asked for where each entry is by itself: else its constants would be chance's.
    alone, mixed = values(points[:2]), values(mix(points))
    one_value = np.ptp(activated) == 0  # which describe_curve tells
    if not one_value and not np.allclose(alone, activated[:2], rtol=1e-4, atol=1e-6):
        return common.MIXES_ROWS
    if not np.allclose(mixed, mix(activated), rtol=1e-4, atol=1e-6):
        return named_mixing(net, embed(mix(points), len(points), num_features), train=False)
    known = recognise_curve(points, activated)
    if known is not None:
        return known
    right = is_relu(points, activated).all(axis=0)
    if right.any() and not right.all():
        return SOME_UNITS
    return describe_curve(points, activated)


def is_relu(points: np.ndarray, activated: np.ndarray) -> np.ndarray:
    """Where the values are those of max(0, z), to float32 accuracy."""
    return np.abs(activated - np.maximum(points, 0)) <= 2e-7 * np.abs(points)


def expect_forward(net: Network, layers: Layers, rng: np.random.Generator) -> None:
    """Fail unless random weights give the logits of the formula, in both modes."""
    weights = layers.draw(rng)
    exact = {role: value.astype(np.float64) for role, value in weights.items()}
    layers.assign(net, weights)
    scales = (1e-2, 1.0, 1e4)
    # Each mode with autograd recording and without, by turns; with an even and an odd number of
    # rows, and as few as there may be.
    many = draw_rows(rng)
    for train, rows in ((False, many), (True, many - 1), (True, 2), (False, 1)):
        batches = [normal(rng, rows, net.sizes[0], scale=scale) for scale in scales]
        seen = net.forward_all(batches, train=train)
        for scale, inputs, logits in zip(scales, batches, seen, strict=True):
            expected = forward(exact, inputs)
            predicted, given = show_apart(expected, logits)
            expect(
                close(logits, expected),
                f"in {'train' if train else 'eval'} mode the logits {predicted} of "
                f"Net{net.sizes} for inputs of the order of {scale:g}",
                given,
                "Apply it to W1·x + b1 only: not to the inputs, and not to the logits.",
                known=partial(named_logits, net, layers, rng, weights, inputs, logits, train),
            )


def named_logits(
    net: Network,
    layers: Layers,
    rng: np.random.Generator,
    weights: dict[str, np.ndarray],
    inputs: np.ndarray,
    logits: np.ndarray,
    train: bool,
) -> Mistake | None:
    """What gives these logits, or, with other weights, what makes them differ between passes."""
    named = recognise_forward(weights, inputs, logits, train) or named_forward(
        net, layers, inputs, train, common.RANDOM
    )
    if named is not None:
        return named
    layers.assign(net, weights)
    alone = net.forward(inputs[:2], train=train)
    if not close(alone, logits[:2]):
        return common.MIXES_ROWS
    if not train:
        return None
    curve = recognise_curve(*show_nonlinearity(net, layers, rng, train=True))
    return None if curve is None else of_mode("train", curve)


@pytest.mark.points(2)
@pytest.mark.hint("Too few units may be alive: look at the initial weights and biases.")
def test_training(train: Train, passed: Passed) -> None:
    """It learns to read digits"""
    run = train(units=True)
    # Any other nonlinearity has cost its points above; here it only has to learn.
    if passed("test_hidden_is_relu"):
        layers = Layers(run.parameters, two_layers(run.sizes))
        with refuting("test_hidden_is_relu"):
            expect_two_layers_train(run, layers, relu, "W2·max(0, W1·x + b1) + b2")
    expect_accuracy(run, passed)
