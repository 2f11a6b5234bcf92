"""Checks for `extra_layer`: three layers f→h→h→o with a nonlinearity after each hidden one.

The nonlinearities may be any, so the middle of the network can't be predicted outright. Instead the
checks change weights and inputs in ways that such a chain, and nothing else, does not notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from grader.checks.kit.curves import POINTS, ReadCurve, points_around, read
from grader.checks.kit.layers import (
    Layers,
    expect_gradients,
)
from grader.checks.kit.nonlinearity import (
    LEVELS,
    expect_elementwise,
    expect_few_rows,
    expect_nonlinear,
    expect_smooth,
    identity_weights,
    mix,
    named_forward,
    named_mixing,
    with_large_logits,
)
from grader.checks.kit.passes import ForwardPass
from grader.checks.kit.probes import (
    close,
    draw_rows,
    draw_seed,
    draw_sizes,
    embed,
    expect,
    normal,
    show,
    show_apart,
)
from grader.checks.kit.shared import (
    expect_accuracy,
    test_builds,  # noqa: F401  a check that all networks share
    test_reproducible,  # noqa: F401
)
from grader.checks.kit.training_run import (
    expect_chain_trains,
    first_sums,
    near,
    refuting,
    sampled,
)
from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.extra_layer import (
    APPLIED_TWICE,
    MISSING_AFTER_FIRST,
    MISSING_AFTER_SECOND,
    SKIP_CONNECTION,
)
from grader.checks.misconceptions.shared import common
from grader.grading.plugin import Passed, Train
from grader.grading.training import TrainingRun
from grader.sandbox.client import Network, Student

Weights = dict[str, np.ndarray]
WIDE = (66, 64, 65)  # sizes at which many points of a nonlinearity are read at once


def three_layers(sizes: Sequence[int]) -> dict[str, tuple[int, ...]]:
    num_features, num_hidden, num_output = sizes
    return {
        "W1": (num_hidden, num_features),
        "b1": (num_hidden,),
        "W2": (num_hidden, num_hidden),
        "b2": (num_hidden,),
        "W3": (num_output, num_hidden),
        "b3": (num_output,),
    }


def build(
    student: Student, rng: np.random.Generator, sizes: Sequence[int] = ()
) -> tuple[Network, Layers]:
    net = student.build(*(sizes or draw_sizes(rng)), seed=draw_seed(rng))
    return net, Layers(net.parameters, three_layers(net.sizes))


class Chain:
    """A three-layer network, probed with weights of our choice."""

    def __init__(self, net: Network, layers: Layers, rng: np.random.Generator) -> None:
        self.net = net
        self.layers = layers
        self.rng = rng
        self.find_biases()

    def find_biases(self) -> None:
        """Tell the hidden layers' biases apart: with W2 = 0 only the second one has an effect."""
        weights = self.layers.draw(self.rng) | {"W2": np.zeros(self.layers.shapes["W2"])}
        inputs = normal(self.rng, 4, self.net.sizes[0])
        before = self.run(weights, inputs)
        other = self.run(weights | {"b1": weights["b1"] + 1}, inputs)
        if not close(other, before):
            index = self.layers.index
            index["b1"], index["b2"] = index["b2"], index["b1"]

    def run(self, weights: Weights, inputs: np.ndarray, *, train: bool = False) -> np.ndarray:
        self.layers.assign(self.net, weights)
        return self.net.forward(inputs, train=train)

    def draw(self) -> Weights:
        """Random weights; W1 has orthonormal rows, so that `inputs_for` inverts it accurately."""
        num_features, num_hidden, _ = self.net.sizes
        columns, _ = np.linalg.qr(self.rng.standard_normal((num_features, num_hidden)))
        weights = self.layers.draw(self.rng) | {"W1": columns.T.astype(np.float32)}
        return with_large_logits(weights, "W3", "b3")

    def inputs_for(self, weights: Weights, hidden: np.ndarray) -> np.ndarray:
        """Inputs (N, F) whose W1·x + b1 are `hidden`, (N, H); there are such, as F > H."""
        return ((hidden - weights["b1"]) @ weights["W1"]).astype(np.float32)

    def hidden_second(self, weights: Weights, inputs: np.ndarray) -> np.ndarray:
        """The second hidden layer's activations (N, H), shown by an identity output layer."""
        num_hidden = self.net.sizes[1]
        return self.run(weights | self.shown(), inputs)[:, :num_hidden]

    def shown(self) -> Weights:
        """An output layer that shows the second hidden layer's activations."""
        return {role: identity_weights(self.layers)[role] for role in ("W3", "b3")}

    def second(self, weights: Weights, biases: np.ndarray) -> np.ndarray:
        """The second nonlinearity at `biases` (N, H): with W2 = 0, b2 is all that it gets."""
        weights = weights | self.shown() | {"W2": np.zeros(self.layers.shapes["W2"])}
        settings = [self.layers.stored(weights | {"b2": bias}) for bias in biases]
        rows = normal(self.rng, 2, self.net.sizes[0])
        shown = self.net.forward_each(settings, rows, train=False)
        return np.stack([logits[0, : self.net.sizes[1]] for logits in shown])

    def orientation_found(self, weights: Weights) -> bool:
        """Whether W2·v + b2 with equal entries in v depends on the sums of W2's rows alone."""
        num_hidden = self.net.sizes[1]
        levels = normal(self.rng, 6, 1, scale=2)
        inputs = self.inputs_for(weights, np.repeat(levels, num_hidden, axis=1))
        change = normal(self.rng, num_hidden, num_hidden)
        change -= change.mean(axis=1, keepdims=True)
        before = self.run(weights, inputs)
        return close(self.run(weights | {"W2": weights["W2"] + change}, inputs), before)

    def orient(self, weights: Weights) -> bool:
        """Find out whether W2, which is square, is stored transposed; False if neither fits."""
        for _ in range(2):
            if self.orientation_found(weights):
                return True
            self.layers.transposed ^= {"W2"}
        return False


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("f→h, h→h and h→o, each with a weight and a bias, all of them in parameters().")
def test_layers(student: Student, rng: np.random.Generator) -> None:
    """There are three layers with weights and biases, and nothing else"""
    expect_gradients(*build(student, rng), rng)


@pytest.mark.points(3)
@pytest.mark.hint("Each layer takes what the one before gives, and only that.")
def test_three_layers_in_a_chain(student: Student, rng: np.random.Generator) -> None:
    """The three layers follow each other, each used once, with nothing added"""
    chain = Chain(*build(student, rng), rng)
    net, layers = chain.net, chain.layers
    num_features, num_hidden, _ = net.sizes
    weights = chain.draw()
    oriented = chain.orient(weights)
    inputs = normal(rng, draw_rows(rng), num_features, scale=2)
    logits = chain.run(weights, inputs)

    expect(
        close(chain.run(weights, inputs, train=True), logits),
        "the same logits in train mode as in eval mode",
        "others",
        "Look for dropout or a normalisation that nothing asks for.",
        known=partial(named_forward, net, layers, inputs, True, common.RANDOM),
    )

    hidden = inputs @ weights["W1"].T + weights["b1"]  # (N, F) @ (F, H) -> (N, H)
    other = weights | {name: value for name, value in chain.draw().items() if name in ("W1", "b1")}
    expect(
        close(chain.run(other, chain.inputs_for(other, hidden)), logits, rtol=1e-3),
        "the first hidden layer to compute W1·x + b1 from the inputs, with nothing passing it by",
        f"another W1, b1 and x with the same W1·x + b1 give {show(logits)} no more",
        "Look for a skip connection from the inputs, or something done to them.",
        known=lambda: SKIP_CONNECTION if passed_by(chain, weights, inputs) else None,
    )

    cut = weights | {"W2": np.zeros((num_hidden, num_hidden))}
    without = chain.run(cut, inputs)
    expect(
        close(without, np.broadcast_to(without[:1], without.shape)),
        "everything to pass through the middle layer: with its weight at 0 the logits can't "
        "depend on the inputs",
        "they still do",
        "Look for a skip connection around the middle layer.",
        known=lambda: SKIP_CONNECTION,
    )

    expect(
        oriented,
        "the middle layer to compute W2·v + b2 once, from the first hidden layer's activations v",
        "two W2 with the same row sums give different logits where all entries of v are equal",
        "Look for a layer that is applied twice, or one that is not registered.",
        known=lambda: APPLIED_TWICE if middle_twice(chain) else None,
    )

    shown = chain.hidden_second(weights, inputs).astype(np.float64)
    expected = shown @ weights["W3"].T + weights["b3"]  # (N, H) @ (H, O) -> (N, O)
    predicted, seen = show_apart(expected, logits)
    expect(
        close(logits, expected),
        f"the logits W3·v + b3, here {predicted}",
        seen,
        "Return them as they are: no activation, softmax or normalisation.",
        known=partial(named_forward, net, layers, inputs, False, common.RANDOM),
    )

    layers.assign(net, weights)
    for train in (False, True):
        expect_few_rows(net, inputs, logits, train=train)

    straight = identity_weights(layers)
    points = normal(rng, 12, num_hidden, scale=2)
    both = np.concatenate([points, mix(points)])
    activated, mixed = np.split(
        chain.run(straight, embed(both, len(both), num_features))[:, :num_hidden], 2
    )
    known = partial(named_forward, net, layers, inputs, False, common.RANDOM)
    expect_elementwise(activated, mixed, "eval", known, partial(named_mixing, net, inputs, False))


def passed_by(chain: Chain, weights: Weights, inputs: np.ndarray) -> bool:
    """Whether the logits depend on the inputs although the middle weight is 0."""
    cut = weights | {"W2": np.zeros(chain.layers.shapes["W2"])}
    logits = chain.run(cut, inputs)
    return not close(logits, np.broadcast_to(logits[:1], logits.shape))


def middle_twice(chain: Chain) -> bool:
    """Whether, with an identity matrix for W2, the middle layer is a(a(v + b2) + b2) of v."""
    num_features, num_hidden, _ = chain.net.sizes
    weights = identity_weights(chain.layers)
    activation = partial(chain.second, weights)
    shift = np.full(num_hidden, 0.4)
    points = np.repeat(LEVELS[:, None], num_hidden, axis=1)
    v = activation(points)
    twice = activation(activation(v + shift) + shift)
    inputs = embed(points, len(points), num_features)
    return close(chain.hidden_second(weights | {"b2": shift}, inputs), twice)


@pytest.mark.points(2)
@pytest.mark.hint("Apply one after the first and one after the second hidden layer.")
def test_nonlinearities(student: Student, rng: np.random.Generator) -> None:
    """There is a nonlinearity after each hidden layer"""
    chain = Chain(*build(student, rng), rng)
    num_hidden = chain.net.sizes[1]
    weights = chain.draw()
    chain.orient(weights)

    points = np.repeat(LEVELS[:, None], num_hidden, axis=1)
    expect_nonlinear(
        points,
        chain.second(weights, points),
        "after the second hidden layer",
        lambda: (
            MISSING_AFTER_SECOND
            if any(movement_is_seen(chain) for _ in range(3))
            else common.NO_NONLINEARITY
        ),
    )

    # A W2 that is blind to one direction: if nothing bends the first layer's output, moving it in
    # that direction can't be seen. Units may be off by chance, but not in each of three draws.
    expect(
        any(movement_is_seen(chain) for _ in range(3)),
        "a nonlinearity after the first hidden layer",
        "the second layer sees a linear function of W1·x + b1",
        "Without one, the first two layers are no more than one.",
        known=partial(named_first, chain),
    )


def named_first(chain: Chain) -> Mistake:
    """What the first hidden layer has in the place of a nonlinearity: as all rows were moved alike,
    a softmax or a mean over the rows takes it away too."""
    mixing = named_mixing(chain.net, normal(chain.rng, 8, chain.net.sizes[0], scale=2), False)
    return mixing if mixing == common.MIXES_ROWS else MISSING_AFTER_FIRST


def movement_is_seen(chain: Chain) -> bool:
    """Whether moving W1·x + b1 in the one direction that W2 is blind to changes anything."""
    num_hidden = chain.net.sizes[1]
    weights = chain.draw()
    blind = normal(chain.rng, num_hidden)
    blind /= np.linalg.norm(blind)
    weights["W2"] -= np.outer(weights["W2"] @ blind, blind)
    hidden = normal(chain.rng, 16, num_hidden, scale=2)
    before = chain.hidden_second(weights, chain.inputs_for(weights, hidden))
    after = chain.hidden_second(weights, chain.inputs_for(weights, hidden + 2 * blind))
    return not close(after, before, rtol=1e-3)


@pytest.mark.points(2)
@pytest.mark.hint("Deeper networks need a fitting initialisation: PyTorch's default is enough.")
def test_training(student: Student, rng: np.random.Generator, train: Train, passed: Passed) -> None:
    """It learns to read digits"""
    run = train()
    probed = "test_three_layers_in_a_chain", "test_nonlinearities"
    if all(map(passed, probed)):
        expect_three_layers_train(student, rng, run, probed)
    expect_accuracy(run, passed)


def expect_three_layers_train(
    student: Student, rng: np.random.Generator, run: TrainingRun, probed: tuple[str, ...]
) -> None:
    """Fail unless the run's steps are those of the three layers, with one and the same two
    nonlinearities as a small network has."""
    chain = Chain(*build(student, rng), rng)
    chain.orient(chain.draw())
    layers = Layers(run.parameters, three_layers(run.sizes)).like(chain.layers)
    net, wide = build(student, rng, WIDE)
    curves = read_nonlinearities(Chain(net, wide.like(chain.layers), rng), run, layers)
    weights, inputs = chain.draw(), normal(rng, 20, chain.net.sizes[0])
    small = ForwardPass(weights, curves, inputs)
    with refuting(*probed):
        expect(
            near(chain.run(weights, inputs), small.logits, small.error),
            f"one nonlinearity for networks of all sizes, and so the logits {show(small.logits)}",
            f"{show(chain.run(weights, inputs))} from a small one",
        )
        expect_chain_trains(run, layers, curves, "W3·a(W2·a(W1·x + b1) + b2) + b3")


def read_nonlinearities(chain: Chain, run: TrainingRun, layers: Layers) -> list[ReadCurve]:
    """Both nonlinearities, where the run's sums lie."""
    points = points_around(first_sums(run, layers))
    first = expect_smooth(read(points, read_first(chain, points)))
    sums = []
    for flat, images in sampled(run):
        weights = layers.split(flat)
        hidden = first(images @ weights["W1"].T + weights["b1"]).value
        sums.append(hidden @ weights["W2"].T + weights["b2"])
    points = points_around(np.concatenate(sums), POINTS // 4)
    return [first, expect_smooth(read(points, read_second(chain, points)))]


def read_second(chain: Chain, points: np.ndarray) -> np.ndarray:
    """The second nonlinearity at `points`."""
    num_hidden = chain.net.sizes[1]
    biases = np.resize(points, (-(-len(points) // num_hidden), num_hidden))
    return chain.second(identity_weights(chain.layers), biases).ravel()[: len(points)]


def read_first(chain: Chain, points: np.ndarray) -> np.ndarray:
    """The first nonlinearity at `points`, seen through a piece of the second that can be undone.

    W2 is a small multiple of the identity, and b2 leads to where the second one is steepest.
    """
    num_features, num_hidden, _ = chain.net.sizes
    levels = np.linspace(-4, 4, 129)
    slopes = np.lib.stride_tricks.sliding_window_view(np.diff(read_second(chain, levels)), 4)
    steepness = np.where((np.sign(slopes) == np.sign(slopes[:, :1])).all(1), 1, 0)
    start = int(np.argmax(steepness * np.abs(slopes).min(axis=1)))
    fine = np.linspace(levels[start], levels[start + 4], 129)
    seen = read_second(chain, fine)
    order = np.argsort(seen)
    middle, half = fine.mean(), (fine[-1] - fine[0]) / 2
    rows = np.resize(points, (-(-len(points) // num_hidden), num_hidden))
    inputs = embed(rows, len(rows), num_features)
    straight = identity_weights(chain.layers)

    def first(reach: float) -> np.ndarray:
        weights = straight | {
            "W2": np.float32(reach) * straight["W2"],
            "b2": np.full(num_hidden, middle, np.float32),
        }
        shown = chain.hidden_second(weights, inputs)
        return (np.interp(shown, seen[order], fine[order]) - middle) / reach

    reach = half / (1 + float(np.abs(points).max()))
    for _ in range(8):  # as long as it does not fit into the piece
        values = first(reach)
        if np.abs(values).max() * reach < 0.95 * half:
            break
        reach /= 10
    values = first(0.9 * half / max(float(np.abs(values).max()), 1e-6))
    return values.ravel()[: len(points)]
