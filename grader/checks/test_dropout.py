"""Checks for `dropout`: hidden activations are dropped in train mode, independently, with rate p.

With an identity output layer the logits show the hidden activations themselves, so every single
decision to drop or to keep is seen. Tolerances are such that a right module fails by chance less
than once in 10^6 runs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from grader.checks.probes import (
    Z_LIMIT,
    Layers,
    close,
    draw_seed,
    draw_sizes,
    expect,
    expect_accuracy,
    expect_gradients,
    expect_reproducible_network,
    expect_two_layers_forward,
    identity_weights,
    normal,
    show,
    test_builds,  # noqa: F401  a check that all networks share
    two_layers,
)
from grader.plugin import Train
from grader.sandbox.client import Network, Student

ROWS = 240


def build(student: Student, rng: np.random.Generator, **options: Any) -> tuple[Network, Layers]:
    net = student.build(*draw_sizes(rng), seed=draw_seed(rng), **options)
    return net, Layers(net.parameters, two_layers(net.sizes))


class Probe:
    """A network whose logits show its hidden activations.

    Their inputs are positive, so that none is 0 in eval mode; or `around_zero`, of both signs.
    """

    def __init__(
        self,
        student: Student,
        rng: np.random.Generator,
        *,
        around_zero: bool = False,
        **options: Any,
    ) -> None:
        self.rng = rng
        num_hidden = int(rng.integers(40, 50))
        num_output = num_hidden + int(rng.integers(3, 8))
        sizes = (num_output + int(rng.integers(3, 8)), num_hidden, num_output)
        self.net = student.build(*sizes, seed=draw_seed(rng), **options)
        layers = Layers(self.net.parameters, two_layers(sizes))
        # Every unit sees every input, so that a dropped input can't pass for a dropped unit.
        first = rng.uniform(0.5, 1.5, (num_hidden, sizes[0])) / sizes[0]
        lowest = -2.0 if around_zero else 0.5
        self.b2 = rng.uniform(1, 2, num_output).astype(np.float32)
        layers.assign(
            self.net,
            identity_weights(layers)
            | {"W1": first, "b1": rng.uniform(min(lowest, 0), 0.3, num_hidden), "b2": self.b2},
        )
        self.inputs = rng.uniform(lowest, 2.0, (ROWS, sizes[0])).astype(np.float32)
        self.kept = self.hidden(self.net.forward(self.inputs))  # (N, H)

    def hidden(self, logits: np.ndarray) -> np.ndarray:
        return (logits - self.b2)[:, : self.net.sizes[1]]

    def drop(self, times: int = 1, seed: int | None = None) -> list[np.ndarray]:
        """The logits (N, O) of forward passes in train mode, one after the other."""
        seed = draw_seed(self.rng) if seed is None else seed
        return self.net.forward_all([self.inputs] * times, train=True, seed=seed)

    def dropped(self, logits: np.ndarray) -> np.ndarray:
        """Which hidden activations (N, H) were zeroed."""
        return np.abs(self.hidden(logits)) < 1e-4 * np.abs(self.kept).max()


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("Two layers, each with a weight and a bias: dropout itself has no parameters.")
def test_layers(student: Student, rng: np.random.Generator) -> None:
    """There are two layers with weights and biases, and nothing else"""
    expect_gradients(*build(student, rng), rng)


@pytest.mark.points(1)
@pytest.mark.hint("Draw weights and masks from torch's generator, and leave its seed alone.")
def test_reproducible(student: Student, rng: np.random.Generator) -> None:
    """The same seed gives the same network and masks, another seed others"""
    expect_reproducible_network(student, rng)
    probe = Probe(student, rng)
    seed, other_seed = draw_seed(rng), draw_seed(rng)
    first, again, other = (probe.drop(seed=s)[0] for s in (seed, seed, other_seed))
    expect(
        np.array_equal(first, again),
        "the same activations dropped after the same torch.manual_seed",
        "others",
        "Draw the mask with torch, not with NumPy or Python's random, and do not seed it.",
    )
    expect(
        not np.array_equal(first, other),
        "other activations dropped after another torch.manual_seed",
        "the same ones",
        "Do not call torch.manual_seed in the module.",
    )


@pytest.mark.points(1)
@pytest.mark.hint("Dropout must know whether the network trains: self.training says so.")
def test_eval_mode(student: Student, rng: np.random.Generator) -> None:
    """In eval mode nothing is dropped, and nothing is scaled"""
    net, layers = build(student, rng, p=0.3)
    expect_two_layers_forward(net, layers, rng, train=False)
    weights = layers.draw(rng)
    inputs = normal(rng, 9, net.sizes[0], scale=2)
    layers.assign(net, weights)
    logits = net.forward(inputs, seed=draw_seed(rng))
    other = student.build(*net.sizes, seed=draw_seed(rng), p=0.7)
    layers.assign(other, weights)
    seen = other.forward(inputs, seed=draw_seed(rng))
    expect(
        close(seen, logits),
        f"the same logits in eval mode whatever p is, here {show(logits)} with p=0.3",
        f"{show(seen)} with p=0.7",
        "The kept activations are scaled by 1/(1-p) in train mode, so that eval mode needs none.",
    )


@pytest.mark.points(2)
@pytest.mark.hint("p is the probability to drop. Pass it on to where units are dropped.")
def test_drop_rate(student: Student, rng: np.random.Generator) -> None:
    """In train mode hidden activations are dropped with probability p, 0.5 by default"""
    cases: list[dict[str, Any]] = [{"p": 0.2}, {}, {"p": 0.75}]
    for options in cases:
        probe = Probe(student, rng, **options)
        (logits,) = probe.drop()
        p = options.get("p", 0.5)
        dropped = probe.dropped(logits)
        tolerance = Z_LIMIT * math.sqrt(p * (1 - p) / dropped.size)
        expect(
            abs(dropped.mean() - p) < tolerance,
            f"{p:.0%} of the hidden activations to be 0 in train mode "
            f"with p={p:g}{'' if options else ', the default'}",
            f"{dropped.mean():.1%}",
        )
    probe = Probe(student, rng, p=0.0)
    (logits,) = probe.drop()
    expect(
        close(probe.hidden(logits), probe.kept),
        "nothing to change in train mode with p=0",
        f"activations {show(probe.hidden(logits))} instead of {show(probe.kept)}",
    )


@pytest.mark.points(1)
@pytest.mark.hint("Dropout comes after the nonlinearity, on the hidden layer, and nowhere else.")
def test_kept_values(student: Student, rng: np.random.Generator) -> None:
    """The kept activations are scaled by 1/(1-p), and only hidden ones are dropped"""
    for p, around_zero in ((0.2, False), (0.6, True)):
        probe = Probe(student, rng, around_zero=around_zero, p=p)
        (logits,) = probe.drop()
        num_hidden = probe.net.sizes[1]
        expect(
            close(logits[:, num_hidden:], np.broadcast_to(probe.b2, logits.shape)[:, num_hidden:]),
            "logits that nothing drops or scales: where W2 is 0 they are b2",
            f"{show(logits[:, num_hidden:])} instead of {show(probe.b2[num_hidden:])}",
            "Look for dropout on the logits.",
        )
        # Where an activation is 0 anyway, as ReLU's are for negative inputs, nothing shows.
        alive = np.abs(probe.kept) > 0.02 * np.abs(probe.kept).max()
        kept = alive & ~probe.dropped(logits)
        expect(kept.any(), "some hidden activations to be kept", "none")
        ratio = probe.hidden(logits)[kept] / probe.kept[kept]
        expected = 1 / (1 - p)
        wrong = ratio[~(np.abs(ratio / expected - 1) <= 5e-3)]
        expect(
            wrong.size == 0,
            f"kept activations {expected:.3g} = 1/(1-p) times as large as in eval mode with p={p}",
            f"factors such as {show(wrong)}",
            "Dropping inputs, or dropping before the nonlinearity, gives other values.",
        )


@pytest.mark.points(1)
@pytest.mark.hint("Each activation of each row is dropped or kept by itself, anew in each pass.")
def test_masks_are_independent(student: Student, rng: np.random.Generator) -> None:
    """Every activation is dropped independently, and anew in every forward pass"""
    probe = Probe(student, rng, p=0.5)
    first, second = (probe.dropped(logits) for logits in probe.drop(times=2))
    agreement = float((first == second).mean())
    expect(
        abs(agreement - 0.5) < Z_LIMIT * math.sqrt(0.25 / first.size),
        "two forward passes to drop different activations: they agree on 50% of them by chance",
        f"they agree on {agreement:.0%}",
    )
    for what, mask in (("row", first), ("unit", first.T)):
        m, n = mask.shape
        # The number dropped is binomial: its variance over M rows, times M, is chi-squared with
        # M degrees of freedom. Wilson and Hilferty's cube root makes that normal.
        chi = float(((mask.sum(axis=1) - n / 2) ** 2 / (n / 4)).sum()) / m
        deviation = (chi ** (1 / 3) - (1 - 2 / (9 * m))) / math.sqrt(2 / (9 * m))
        expect(
            abs(deviation) < Z_LIMIT,
            f"the number dropped in a {what} to vary as independent decisions do",
            f"its variance is {chi:.2f} times that",
            "A mask of the activations' full shape decides for each of them.",
        )
        different = len(np.unique(mask ^ mask[:, :1], axis=0))
        expect(
            different == m,
            f"a different mask for every {what}",
            f"{m - different} of {m} repeat another one",
            "A mask of the activations' full shape decides for each of them.",
        )


@pytest.mark.points(2)
@pytest.mark.hint("Dropped units slow learning down a little; with the right scale it still works.")
def test_training(train: Train) -> None:
    """It learns to read digits"""
    expect_accuracy(train())
