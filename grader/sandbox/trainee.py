"""A handle on a network that trains behind the wall, an epoch at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.sandbox.answers import Parameter, checked
from grader.sandbox.blame import StudentUnusable
from grader.sandbox.handles import Ask
from grader.sandbox.wire import protocol

DOING = "training"


@dataclass(frozen=True)
class Revealed:
    """A step that is over; all float32 and finite.

    P counts the entries of all parameters, one after the other; K the coordinates asked for.
    """

    before: np.ndarray  # (P,): all parameters before the step
    earlier: np.ndarray  # (K,): before the step before it; as they began, at the first
    after: np.ndarray  # (K,)
    buffers_before: list[np.ndarray]
    buffers_after: list[np.ndarray]


class Trainee:
    """A network in training. `parameters` are as they were before the first step."""

    def __init__(
        self, ask: Ask, batches: Sequence[int], num_output: int, parameters: list[Parameter]
    ) -> None:
        self.parameters = parameters
        self._ask = ask
        self._batches = batches  # how many images each holds
        self._num_output = num_output
        shapes = [() if p.value is None else p.value.shape for p in parameters]
        self._size = sum(map(math.prod, shapes))

    def epoch(self, coordinates: np.ndarray) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Train on each batch once: S steps.

        Returns:
            The logits (N, num_output) of each; gradients (S, K), and values (S, K) after each
            step, at the coordinates.
        """
        request = protocol.TrainEpoch(protocol.pack_array(coordinates))
        trained = self._ask(request, protocol.Trained)
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

    def reveal(self, step: int, coordinates: np.ndarray, *, first: bool) -> Revealed:
        """What a step of the latest epoch was; `first`: of the run's, which began from
        `parameters`."""
        request = protocol.Reveal(step, not first, protocol.pack_array(coordinates))
        shown = self._ask(request, protocol.Revealed)
        before = checked(shown.before, (0 if first else self._size,), DOING, "parameters")
        if first:
            values = [p.value.ravel() for p in self.parameters if p.value is not None]
            before = np.concatenate([before, *values])
        return Revealed(
            before,
            checked(shown.earlier, coordinates.shape, DOING, "parameters"),
            checked(shown.after, coordinates.shape, DOING, "parameters"),
            buffers_of(shown.buffers_before),
            buffers_of(shown.buffers_after),
        )

    def measure(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Logits (M, num_output) for uint8 images (M, num_features) in eval mode; what gave them:
        all parameters (P,), and the buffers."""
        measured = self._ask(protocol.Measure(protocol.pack_array(images)), protocol.Measured)
        return (
            checked(measured.logits, (len(images), self._num_output), DOING, "logits"),
            checked(measured.values, (self._size,), DOING, "parameters"),
            buffers_of(measured.buffers),
        )


def buffers_of(messages: Sequence[protocol.Array]) -> list[np.ndarray]:
    """Buffers of any shape.

    Raises:
        StudentUnusable: they are not all finite float32.
    """
    try:
        shapes = [message.shape for message in messages]
        return [checked(m, s, DOING, "buffers") for m, s in zip(messages, shapes, strict=True)]
    except protocol.ProtocolError as error:
        raise StudentUnusable(f"{DOING}: {error}") from None
