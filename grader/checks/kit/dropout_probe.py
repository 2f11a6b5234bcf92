"""A network whose every decision to drop or to keep is seen: with an identity output layer the
logits show the hidden activations themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks.kit.layers import Layers, two_layers
from grader.checks.kit.nonlinearity import identity_weights
from grader.checks.kit.probes import draw_seed
from grader.checks.misconceptions.dropout import whole_rows
from grader.sandbox.client import Student

ROWS = 241  # odd, as the batches that train are even


class Probe:
    """A network whose logits show its hidden activations.

    Their inputs are positive, so that none is 0 in eval mode, and negative for a nonlinearity that
    is 0 for positive ones; or `around_zero`, of both signs.
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
        self.layers = layers = Layers(self.net.parameters, two_layers(sizes))
        # Every unit sees every input, so that a dropped input can't pass for a dropped unit.
        first = rng.uniform(0.5, 1.5, (num_hidden, sizes[0])) / sizes[0]
        lowest = -2.0 if around_zero else 0.5
        self.b2 = rng.uniform(1, 2, num_output).astype(np.float32)
        b1 = rng.uniform(min(lowest, 0), 0.3, num_hidden)
        self.weights = identity_weights(layers) | {"W1": first, "b1": b1, "b2": self.b2}
        self.inputs = rng.uniform(lowest, 2.0, (ROWS, sizes[0])).astype(np.float32)
        self.sign = 1.0
        self.kept = self.bent(1.0)  # (N, H)
        if not self.kept.any():
            self.sign = -1.0
            self.weights |= {"W1": -first, "b1": -b1}
            self.kept = self.bent(1.0)

    def hidden(self, logits: np.ndarray) -> np.ndarray:
        return (logits - self.b2)[:, : self.net.sizes[1]]

    def drop(self, times: int = 1, seed: int | None = None) -> list[np.ndarray]:
        """The logits (N, O) of forward passes in train mode, one after the other."""
        seed = draw_seed(self.rng) if seed is None else seed
        return self.net.forward_all([self.inputs] * times, train=True, seed=seed)

    def dropped(self, logits: np.ndarray) -> np.ndarray:
        """Which hidden activations (N, H) were zeroed."""
        return np.abs(self.hidden(logits)) < 1e-4 * np.abs(self.kept).max()

    def alive(self) -> np.ndarray:
        """(N,): the rows in which no hidden activation is 0, or next to it, in eval mode."""
        sizes = np.abs(self.kept)
        alive: np.ndarray = (sizes > 0.02 * sizes.max()).all(axis=1)
        return alive

    def drops_all_or_nothing(self) -> bool:
        """Whether passes drop everything or nothing, and now the one and now the other."""
        passes = self.drop(times=12, seed=0)
        return {float(self.dropped(logits).mean()) for logits in passes} == {0.0, 1.0}

    def repeats_mask(self) -> bool:
        """Whether two passes in a row drop the same: then it is no question of seeds."""
        first, second = self.drop(times=2)
        return np.array_equal(first, second)

    def drops_in_eval_mode(self) -> bool:
        seeds = draw_seed(self.rng), draw_seed(self.rng)
        first, second = (self.net.forward(self.inputs, seed=seed) for seed in seeds)
        return not np.array_equal(first, second)

    def drops_by_value(self) -> bool:
        """Whether nothing is drawn, and a limit parts activations that are dropped from others."""
        rows = 10 ** self.rng.uniform(-2, 1, (len(self.inputs), 1))
        inputs = (self.inputs * rows).astype(np.float32)
        kept = self.hidden(self.net.forward(inputs))
        first, second = (
            self.hidden(self.net.forward(inputs, train=True, seed=seed)) for seed in (0, 1)
        )
        dropped = (np.abs(first) < 1e-3 * np.abs(kept))[kept != 0]
        if not np.array_equal(first, second) or dropped.all() or not dropped.any():
            return False
        values = kept[kept != 0]
        return any(
            by(values[dropped]).max() < by(values[~dropped]).min()
            or by(values[~dropped]).max() < by(values[dropped]).min()
            for by in (np.positive, np.abs)
        )

    def drops_inputs(self) -> bool:
        """Whether, with one input for all units, those of a row are dropped together.

        Goes on with other weights.
        """
        num_features, num_hidden, _ = self.net.sizes
        first = np.zeros((num_hidden, num_features))
        first[:, 0] = self.sign
        weights = identity_weights(self.layers) | {"W1": first, "b2": self.b2}
        self.layers.assign(self.net, weights)
        off = self.hidden(self.net.forward(0 * self.inputs))
        seed = draw_seed(self.rng)
        logits = self.net.forward(np.abs(self.inputs) + 0.5, train=True, seed=seed)
        hidden = self.hidden(logits)
        return whole_rows(np.abs(hidden - off) < 1e-4 * np.abs(self.kept).max())

    def drops_weights(self) -> bool:
        """Whether two logits that show the same unit are zeroed apart.

        Goes on with other weights.
        """
        num_hidden = self.net.sizes[1]
        twice = identity_weights(self.layers)["W2"].copy()
        twice[num_hidden:] = twice[: len(twice) - num_hidden]
        self.layers.assign(self.net, self.weights | {"W2": twice, "b2": 0 * self.b2})
        for logits in self.drop(times=8):  # of few copies, one time all may be zeroed alike
            zeroed = np.abs(logits) < 1e-4 * np.abs(self.kept).max()
            copies = zeroed[:, num_hidden:]
            if not np.array_equal(copies, zeroed[:, : copies.shape[1]]):
                return True
        return False

    def bent(self, factor: float) -> np.ndarray:
        """The hidden activations (N, H) in eval mode, had all z been multiplied by `factor`.

        Goes on with other weights.
        """
        scaled = {role: factor * self.weights[role] for role in ("W1", "b1")}
        self.layers.assign(self.net, self.weights | scaled)
        return self.hidden(self.net.forward(self.inputs))
