"""A handle on a network that trains behind the wall, an epoch at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.sandbox.answers import Parameter, checked
from grader.sandbox.blame import StudentUnusable
from grader.sandbox.handles import Ask
from grader.sandbox.wire import replies, requests
from grader.sandbox.wire.plain import Array, ProtocolError, pack_array

DOING = "training"


@dataclass(frozen=True)
class Followed:
    """S steps that are over, at K coordinates; all float32 and finite."""

    # (S + 2, K): before the step before the first (as they began, if there is none), before the
    # first, and after each.
    values: np.ndarray
    buffers: list[list[np.ndarray]]  # before the first, and after each


class Trainee:
    """A network in training. `parameters` are as they were before the first step.

    P counts the entries of all of them, one after the other.
    """

    def __init__(
        self,
        ask: Ask,
        batches: Sequence[int],
        num_output: int,
        kept: int,
        parameters: list[Parameter],
    ) -> None:
        self.parameters = parameters
        self._ask = ask
        self._batches = batches  # how many images each holds
        self._num_output = num_output
        self._kept = kept  # epochs, at most
        self._epochs = 0  # of these
        shapes = [() if p.value is None else p.value.shape for p in parameters]
        self._size = sum(map(math.prod, shapes))

    def epoch(self, coordinates: np.ndarray) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Train on each batch once: S steps.

        Returns:
            The logits (N, num_output) of each; gradients (S, K), and values (S, K) after each
            step, at the coordinates.
        """
        request = requests.TrainEpoch(pack_array(coordinates))
        trained = self._ask(request, replies.Trained)
        self._epochs = self._epochs % max(self._kept, 1) + 1
        if len(trained.logits) != len(self._batches):
            raise StudentUnusable(f"{DOING}: another number of steps than there are batches")
        followed = (len(self._batches), len(coordinates))
        return (
            [
                checked(logits, (rows, self._num_output), DOING, "logits")
                for logits, rows in zip(trained.logits, self._batches, strict=True)
            ],
            checked(trained.gradients, followed, DOING, "gradients"),
            checked(trained.values, followed, DOING, "parameters"),
        )

    def follow(self, coordinates: np.ndarray) -> Followed:
        """What the steps that are kept did there."""
        request = requests.Follow(pack_array(coordinates))
        shown = self._ask(request, replies.Followed)
        steps = len(self._batches) * self._epochs
        if len(shown.buffers) != steps + 1:
            raise StudentUnusable(f"{DOING}: buffers of another number of steps")
        return Followed(
            checked(shown.values, (steps + 2, len(coordinates)), DOING, "parameters"),
            [buffers_of(buffers) for buffers in shown.buffers],
        )

    def reveal(self, step: int) -> np.ndarray:
        """All parameters (P,) before a step of those that are kept; -1 and one more than these
        are as for `requests.Reveal`."""
        shown = self._ask(requests.Reveal(step), replies.Revealed)
        return checked(shown.before, (self._size,), DOING, "parameters")

    def measure(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Logits (M, num_output) for uint8 images (M, num_features) in eval mode; what gave them:
        all parameters (P,), and the buffers."""
        measured = self._ask(requests.Measure(pack_array(images)), replies.Measured)
        return (
            checked(measured.logits, (len(images), self._num_output), DOING, "logits"),
            checked(measured.values, (self._size,), DOING, "parameters"),
            buffers_of(measured.buffers),
        )


def buffers_of(messages: Sequence[Array]) -> list[np.ndarray]:
    """Buffers of any shape.

    Raises:
        StudentUnusable: they are not all finite float32.
    """
    try:
        shapes = [message.shape for message in messages]
        return [checked(m, s, DOING, "buffers") for m, s in zip(messages, shapes, strict=True)]
    except ProtocolError as error:
        raise StudentUnusable(f"{DOING}: {error}") from None
