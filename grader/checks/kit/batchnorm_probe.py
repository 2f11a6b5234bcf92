"""A network with a normalised hidden layer: its parameters told apart, its normalisation and its
nonlinearity seen.

With an identity output layer the logits show the hidden layer's output.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise

import numpy as np

from grader.checks.kit.layers import Layers
from grader.checks.kit.nonlinearity import identity_weights
from grader.checks.kit.probes import close, draw_seed, draw_sizes, expect, normal
from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.batchnorm import (
    IDLE,
    LOGITS_TOO,
    NO_SCALE_AND_SHIFT,
    NOTHING_SHIFTS,
    SHIFT_SCALED,
    recognise_parameters,
)
from grader.sandbox.client import Student, StudentError

Weights = dict[str, np.ndarray]


VECTORS = ("gamma", "beta", "b1")  # of one shape


def parameter_shapes(sizes: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The roles of the parameters and their shapes."""
    num_features, num_hidden, num_output = sizes
    return {
        "W1": (num_hidden, num_features),
        "W2": (num_output, num_hidden),
        "b2": (num_output,),
    } | dict.fromkeys(VECTORS, (num_hidden,))


class Probe:
    """A network, its layers found, and its normalisation seen through an identity output layer."""

    def __init__(self, student: Student, rng: np.random.Generator) -> None:
        self.student = student
        self.rng = rng
        self.net = student.build(*draw_sizes(rng), seed=draw_seed(rng))
        self.num_features, self.num_hidden, _ = self.net.sizes
        self.layers = Layers(
            self.net.parameters,
            parameter_shapes(self.net.sizes),
            optional=["b1"],
            recognise=recognise_parameters,
        )
        self.find_roles([role for role in VECTORS if role in self.layers])

    def find_roles(self, vectors: list[str]) -> None:
        """Tell gamma, beta and b1 apart by what they do, as they have the same shape.

        With gamma at 0 all rows are alike; then beta still moves them, and b1 no more.
        """
        inputs = normal(self.rng, 6, self.num_features, scale=2)
        ones = self.layers.draw(self.rng) | {role: np.ones(self.num_hidden) for role in vectors}

        def logits(**vector: float) -> np.ndarray:
            filled = {role: np.full(self.num_hidden, value) for role, value in vector.items()}
            self.layers.assign(self.net, ones | filled)
            return self.net.forward(inputs, train=True)

        self.expect_plain_logits(ones, inputs)
        # A scale may be stored as its difference from 1.
        scales = [
            (role, zero)
            for zero in (0.0, -1.0)
            for role in vectors
            if alike(logits(**{role: zero}))
        ]
        expect(
            scales,
            "a learnable scale of the normalised activations: at 0 all rows of a batch are alike",
            "no parameter does that in train mode",
            "Normalise over the batch, then multiply by a parameter of size num_hidden.",
            known=partial(self.named_without_scale, ones, inputs),
        )
        scale, self.zero_scale = scales[0]
        flat = {scale: self.zero_scale}
        before = logits(**flat)
        rest = [role for role in vectors if role != scale]
        shifts = [role for role in rest if not close(logits(**flat, **{role: 2.0}), before)]
        expect(
            shifts,
            "a learnable shift of the normalised activations",
            "no parameter that moves them once the scale is 0",
            "Add a parameter of size num_hidden after the scale.",
            # What is added before the normalisation, however large, leaves it of the size it has.
            known=lambda: (
                SHIFT_SCALED
                if any(size(logits(**{role: 1e4})) > 100 * size(logits()) for role in rest)
                else NOTHING_SHIFTS
            ),
        )
        found = [scale, shifts[0], *(role for role in rest if role != shifts[0])]
        numbers = [self.layers.index[role] for role in found]
        self.layers.index.update(zip(vectors, numbers, strict=True))

    def expect_plain_logits(self, weights: Weights, inputs: np.ndarray) -> None:
        """Fail if the logits are normalised: where all rows are alike, as they are at scale 0,
        rounding alone would decide what is seen of them."""
        expect(
            not self.stays(weights, inputs, "W2", "b2"),
            "logits three times as large where the last layer's weights and bias are",
            "the same logits in train mode",
            known=lambda: LOGITS_TOO,
        )

    def named_without_scale(self, weights: Weights, inputs: np.ndarray) -> Mistake | None:
        """Whether scale and shift are idle, or missing where z is normalised."""
        if sum(self.stays(weights, inputs, role) for role in VECTORS if role in weights) >= 2:
            return IDLE
        return NO_SCALE_AND_SHIFT if self.stays(weights, inputs, "W1") else None

    def stays(self, weights: Weights, inputs: np.ndarray, *roles: str) -> bool:
        """Whether the logits are what they were where these weights are three times as large."""
        self.layers.assign(self.net, weights)
        before = self.net.forward(inputs, train=True)
        self.layers.assign(self.net, weights | {role: 3 * weights[role] for role in roles})
        return close(self.net.forward(inputs, train=True), before, rtol=1e-2)

    def has_no_scale(self, layers: Layers) -> bool:
        """Whether the scale among these initial parameters is 0, for all units."""
        return not (layers.value("gamma") - self.zero_scale).any()

    def renew(self) -> None:
        """Go on with a new network of the same sizes, whose running statistics are initial."""
        self.net = self.student.build(*self.net.sizes, seed=draw_seed(self.rng))

    def run(self, weights: Weights, inputs: np.ndarray, *, train: bool) -> np.ndarray:
        self.assign(weights)
        return self.net.forward(inputs, train=train)

    def assign(self, weights: Weights) -> None:
        stored = weights["gamma"] + self.zero_scale
        self.layers.assign(self.net, weights | {"gamma": stored})

    def draw(self, mean: float, deviation: float) -> Weights:
        """Random weights for which z, seen over normal inputs, has about this mean and deviation.

        Scale and shift keep gamma·n + beta in a region where most nonlinearities rise.
        """
        weights = self.layers.draw(self.rng)
        length = np.linalg.norm(weights["W1"], axis=1, keepdims=True)
        weights["W1"] *= deviation / length
        weights["b1"] = np.zeros(self.num_hidden)
        signs = self.rng.choice([-1, 1], self.num_hidden)
        weights["gamma"] = signs * self.rng.uniform(0.3, 0.6, self.num_hidden)
        weights["beta"] = self.rng.uniform(1.0, 1.5, self.num_hidden)
        # b1 may not exist: a mean of the inputs gives z its mean.
        offset = np.linalg.pinv(weights["W1"]) @ np.full(self.num_hidden, mean)
        self.offset = offset.astype(np.float32)
        return weights

    def inputs(self, rows: int) -> np.ndarray:
        return normal(self.rng, rows, self.num_features) + self.offset

    def hidden(self, weights: Weights, inputs: np.ndarray, *, train: bool) -> np.ndarray:
        """The hidden layer's output (N, H) as the second layer gets it."""
        shown = {role: identity_weights(self.layers)[role] for role in ("W2", "b2")}
        return self.run(weights | shown, inputs, train=train)[:, : self.num_hidden]

    def mixes_rows(self, weights: Weights, inputs: np.ndarray, *, train: bool) -> bool:
        """Whether what the first rows of `inputs` give depends on the others."""
        among = self.hidden(weights, inputs, train=train)[:2]
        return not close(self.hidden(weights, inputs[:2], train=train), among, rtol=1e-2)

    def activation(self, points: np.ndarray, *, train: bool) -> np.ndarray:
        """a at (N, H) points, where the nonlinearity comes after the normalisation."""
        weights = identity_weights(self.layers)
        weights["gamma"] = np.full(self.num_hidden, self.zero_scale)
        settings = [self.layers.stored(weights | {"beta": beta}) for beta in points]
        rows = normal(self.rng, 2, self.num_features)
        shown = self.net.forward_each(settings, rows, train=train)
        return np.stack([logits[0, : self.num_hidden] for logits in shown])

    def is_straight(self) -> bool:
        """Whether the nonlinearity leaves positive numbers as they are, so that statistics show."""
        levels = np.repeat([[0.5], [1.0], [1.5]], self.num_hidden, axis=1)
        with suppress(StudentError):
            return close(self.activation(levels, train=True), levels)
        return False

    def settles(self, weights: Weights, inputs: np.ndarray) -> bool:
        """Whether the same batch, in train mode again and again, gives less and less other
        logits."""
        self.renew()
        self.assign(weights)
        passes = [self.net.forward(inputs, train=True, seed=0) for _ in range(6)]
        changes = [float(np.abs(b - a).max()) for a, b in pairwise(passes)]
        falling = all(later < earlier for earlier, later in pairwise(changes))
        return falling and not close(passes[-1], passes[0], rtol=1e-2)


def size(logits: np.ndarray) -> float:
    return float(np.abs(logits).max())


def alike(rows: np.ndarray) -> bool:
    """Whether all rows of (N, O) are the same."""
    return close(rows, np.broadcast_to(rows[:1], rows.shape))
