"""Handles on what lives behind the wall: a student's networks and optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np

from grader.sandbox.answers import Parameter, checked
from grader.sandbox.blame import StudentUnusable
from grader.sandbox.wire import replies, requests
from grader.sandbox.wire.plain import Array, pack_array

Body = TypeVar("Body")


class Ask(Protocol):
    """Send a request, await a reply of the expected type."""

    def __call__(self, request: requests.Request, expected: type[Body], /) -> Body: ...


class Network:
    """A network behind the wall. `parameters` are as they were right after it was built."""

    def __init__(
        self,
        ask: Ask,
        key: str,
        sizes: tuple[int, ...],
        parameters: list[Parameter],
        next_draw: np.ndarray,
    ) -> None:
        self.sizes = sizes
        self.parameters = parameters
        self.next_draw = next_draw
        self._ask = ask
        self._key = key
        self._assigned: list[Array] | None = None  # to be sent with the next request
        self._gradients = False  # whether autograd recorded in the latest forward pass

    def assign(self, values: Sequence[np.ndarray]) -> None:
        """Set every parameter, in the order of `parameters`, to float32 `values`."""
        self._assigned = [pack_array(value) for value in values]

    def _take_assigned(self) -> list[Array] | None:
        values, self._assigned = self._assigned, None
        return values

    def forward(
        self, inputs: np.ndarray, *, train: bool = False, seed: int | None = None
    ) -> np.ndarray:
        """Logits (N, num_output) for float32 inputs (N, num_features)."""
        return self.forward_all([inputs], train=train, seed=seed)[0]

    def forward_all(
        self, batches: Sequence[np.ndarray], *, train: bool = False, seed: int | None = None
    ) -> list[np.ndarray]:
        """The same for one batch after the other, seeded once before the first."""
        assigned = self._take_assigned()
        return self._forward([] if assigned is None else [assigned], batches, train, seed)

    def forward_each(
        self, settings: Sequence[Sequence[np.ndarray]], inputs: np.ndarray, *, train: bool
    ) -> list[np.ndarray]:
        """The same for one batch, with one set of all parameters' values after the other."""
        self._assigned = None
        values = [[pack_array(value) for value in setting] for setting in settings]
        return self._forward(values, [inputs], train, None)

    def _forward(
        self,
        values: list[list[Array]],
        batches: Sequence[np.ndarray],
        train: bool,
        seed: int | None,
    ) -> list[np.ndarray]:
        arrays = [pack_array(batch) for batch in batches]
        # By turns, as a network has to do the same either way.
        self._gradients = not self._gradients
        request = requests.Forward(self._key, values, arrays, train, self._gradients, seed)
        batches = [*batches] * max(1, len(values))
        outputs = self._ask(request, replies.Outputs).arrays
        mode = "train" if train else "eval"
        if len(outputs) != len(batches):
            raise StudentUnusable("the forward pass: an answer is missing")
        return [
            checked(
                output,
                (len(batch), self.sizes[-1]),
                f"the forward pass on {batch.shape} inputs in {mode} mode",
                "logits",
            )
            for batch, output in zip(batches, outputs, strict=True)
        ]

    def backward(
        self, inputs: np.ndarray, cotangent: np.ndarray, *, seed: int
    ) -> list[np.ndarray | None]:
        """d sum(cotangent * logits) / d parameter, for each parameter; None where none arrived."""
        request = requests.Backward(
            self._key,
            self._take_assigned(),
            pack_array(inputs),
            pack_array(cotangent),
            seed,
        )
        gradients = self._ask(request, replies.Outputs).arrays
        if len(gradients) != len(self.parameters):
            raise StudentUnusable("the backward pass: a gradient is missing")
        return [
            None
            if gradient is None or parameter.value is None
            else checked(gradient, parameter.value.shape, "the backward pass", "gradient")
            for gradient, parameter in zip(gradients, self.parameters, strict=True)
        ]

    def load_state_of(self, other: Network) -> None:
        """`self.load_state_dict(other.state_dict())`."""
        other.forward_all([])  # so that what was assigned to it has arrived
        self._ask(requests.CopyState(other._key, self._key), replies.Done)


class Optimizer:
    """An optimizer behind the wall; `held` are the indices of the parameters it holds."""

    def __init__(
        self,
        ask: Ask,
        key: str,
        shapes: list[tuple[int, ...]],
        held: list[int],
        next_draw: np.ndarray,
    ) -> None:
        self.held = held
        self.next_draw = next_draw
        self._ask = ask
        self._key = key
        self._shapes = shapes

    def step(self, gradients: Sequence[Sequence[np.ndarray | None]]) -> list[list[np.ndarray]]:
        """One `step()` for each entry of `gradients`; the parameters after each."""
        request = requests.Step(
            self._key,
            [[None if g is None else pack_array(g) for g in step] for step in gradients],
        )
        values = self._ask(request, replies.Stepped).values
        if [len(step) for step in values] != [len(self._shapes)] * len(gradients):
            raise StudentUnusable("optimizer.step(): an answer is missing")
        return [
            [
                checked(value, shape, "optimizer.step()", "parameter")
                for value, shape in zip(step, self._shapes, strict=True)
            ]
            for step in values
        ]
