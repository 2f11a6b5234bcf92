"""A batch on its way through a network, by a formula: logits, and gradients of any loss of them.

Everything is float32, as PyTorch computes it, with how far off that and the formula may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from grader.checks.kit.curves import Curve, Sampled

Weights = dict[str, np.ndarray]
Index = tuple[np.ndarray, ...]  # of some entries: an array for each dimension
Units = slice | np.ndarray  # of a layer
ALL = slice(None)
NONE = np.zeros((1, 1), np.float32)  # an error
ROUNDING = 1e-5  # of a sum's terms


class Pass(Protocol):
    """A batch on its way through a network, by a formula."""

    @property
    def logits(self) -> np.ndarray:
        """(N, C)."""

    @property
    def error(self) -> np.ndarray:
        """(N, C), or what broadcasts to it: how far off the formula may be."""

    def gradients(self, cotangent: np.ndarray) -> dict[str, Index]:
        """For each parameter d sum(cotangent·logits) / d parameter, and how far off it may be."""


Formula = Callable[[Weights, np.ndarray], Pass]  # of inputs (N, F)


class ForwardPass:
    """Layers W·x + b with a pointwise function after each but the last, for one batch.

    Units are computed when they are asked for, so that some entries of a gradient cost little.
    Several passes, of as many weights and batches, are one if all arrays have a dimension more in
    front.

    Args:
        weights: W1, b1, W2, …, as (fan_out, fan_in) and (fan_out,).
        curves: one for each layer but the last.
        inputs: (N, F).
    """

    def __init__(self, weights: Weights, curves: Sequence[Curve], inputs: np.ndarray) -> None:
        self.weights = weights
        self.curves = curves
        self.inputs = inputs
        self._hidden: dict[int, Sampled] = {}
        self._deltas: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    @cached_property
    def logits(self) -> np.ndarray:
        return self._sums(len(self.curves) + 1, ALL)[0]

    @cached_property
    def error(self) -> np.ndarray:
        return self._sums(len(self.curves) + 1, ALL)[1]

    def hidden(self, number: int, units: Units = ALL) -> Sampled:
        """What some units of a hidden layer make of the batch: values and slopes (N, K)."""
        if number in self._hidden:
            return Sampled(*(part[..., units] for part in self._hidden[number]))
        z, z_error = self._sums(number, units)
        seen = self.curves[number - 1](z)
        if z_error is not NONE:
            wider = seen.value_error + (np.abs(seen.slope) + seen.slope_error) * z_error
            seen = seen._replace(value_error=wider)
        if units is ALL:
            self._hidden[number] = seen
        return seen

    def _entering(self, number: int, units: Units = ALL) -> tuple[np.ndarray, np.ndarray]:
        """What comes into a layer (N, K), and its error."""
        if number == 1:
            return self.inputs[..., units], NONE
        hidden = self.hidden(number - 1, units)
        return hidden.value, hidden.value_error

    def _sums(self, number: int, units: Units) -> tuple[np.ndarray, np.ndarray]:
        """W·x + b of some units of a layer (N, K), and its error."""
        weight = self.weights[f"W{number}"][..., units, :].swapaxes(-1, -2)
        bias = self.weights[f"b{number}"][..., None, units]
        inputs, error = self._entering(number)
        z = inputs @ weight + bias  # (N, I) @ (I, K) -> (N, K)
        return z, error @ np.abs(weight) if error.any() else NONE

    def _delta(
        self, cotangent: np.ndarray, number: int, units: Units = ALL
    ) -> tuple[np.ndarray, np.ndarray]:
        """The gradient (N, K) with respect to W·x + b of some units of a layer, and its error."""
        if number > len(self.curves):
            return cotangent[..., units], NONE
        if number in self._deltas:
            delta, error = self._deltas[number]
            return delta[..., units], error[..., units]
        above, above_error = self._delta(cotangent, number + 1)
        weight = self.weights[f"W{number + 1}"][..., units]
        hidden = self.hidden(number, units)
        back = above @ weight  # (N, O) @ (O, K) -> (N, K)
        # Where all weights are alike the terms add up to nothing, and rounding is all there is.
        back_error = (ROUNDING * np.abs(above) + above_error) @ np.abs(weight)
        size = np.abs(hidden.slope) + hidden.slope_error
        error = np.abs(back) * hidden.slope_error + back_error * size
        found = back * hidden.slope, error
        if units is ALL:
            self._deltas[number] = found
        return found

    def gradient(self, cotangent: np.ndarray, role: str, index: tuple[Units, ...]) -> Index:
        """Some entries of one of the `gradients`."""
        number = int(role[1:])
        delta, error = self._delta(cotangent, number, index[0])
        if role.startswith("b"):
            return summed(delta, error)
        inputs, inputs_error = self._entering(number, index[1])
        if index[0] is ALL:
            return multiplied(delta, error, inputs, inputs_error)
        size = np.abs(inputs) + inputs_error
        return summed(delta * inputs, error * size + np.abs(delta) * inputs_error)

    def gradients(self, cotangent: np.ndarray) -> dict[str, Index]:
        return {
            role: self.gradient(cotangent, role, (ALL, ALL))
            for number in range(1, len(self.curves) + 2)
            for role in (f"W{number}", f"b{number}")
        }


def multiplied(
    delta: np.ndarray, delta_error: np.ndarray, inputs: np.ndarray, inputs_error: np.ndarray
) -> Index:
    """The product (O, I) of (N, O) and (N, I), summed over the rows, and its error, rounding
    included."""
    size = np.abs(inputs)
    back, back_size = delta.swapaxes(-1, -2), np.abs(delta).swapaxes(-1, -2)
    error = ROUNDING * (back_size @ size)
    if delta_error.any():
        delta_error = np.broadcast_to(delta_error, delta.shape)
        error = error + delta_error.swapaxes(-1, -2) @ (size + inputs_error)
    if inputs_error.any():
        error = error + back_size @ np.broadcast_to(inputs_error, inputs.shape)
    return back @ inputs, error


def summed(terms: np.ndarray, errors: np.ndarray) -> Index:
    """The sums of (N, K) terms over the rows, and their errors, rounding included."""
    return terms.sum(axis=-2), (errors + ROUNDING * np.abs(terms)).sum(axis=-2)
