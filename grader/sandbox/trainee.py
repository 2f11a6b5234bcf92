"""A handle on a network that trains behind the wall, one step at a time."""

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
    earlier: np.ndarray  # (K,): before the step before it; zeros if there was none
    gradients: np.ndarray  # (K,)
    after: np.ndarray  # (K,)
    buffers_before: list[np.ndarray]
    buffers_after: list[np.ndarray]


class Trainee:
    """A network in training. `parameters` are as they were before the first step."""

    def __init__(self, ask: Ask, num_output: int, parameters: list[Parameter]) -> None:
        self.parameters = parameters
        self._ask = ask
        self._num_output = num_output
        shapes = [() if p.value is None else p.value.shape for p in parameters]
        self._size = sum(map(math.prod, shapes))

    def step(
        self, batch: int, rows: int, coordinates: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Train on one batch, of `rows` images.

        Returns:
            Logits (rows, num_output); gradients (K,), and values (K,) after the step, at the
            coordinates.
        """
        request = protocol.TrainStep(batch, protocol.pack_array(coordinates))
        trained = self._ask(request, protocol.Trained)
        return (
            checked(trained.logits, (rows, self._num_output), DOING, "logits"),
            checked(trained.gradients, coordinates.shape, DOING, "gradients"),
            checked(trained.values, coordinates.shape, DOING, "parameters"),
        )

    def reveal(self, coordinates: np.ndarray) -> Revealed:
        """What the latest step was."""
        request = protocol.Reveal(protocol.pack_array(coordinates))
        shown = self._ask(request, protocol.Revealed)
        return Revealed(
            checked(shown.before, (self._size,), DOING, "parameters"),
            checked(shown.earlier, coordinates.shape, DOING, "parameters"),
            checked(shown.gradients, coordinates.shape, DOING, "gradients"),
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
