"""Pointwise functions of a hidden layer: known ones, and ones that were read off a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

UNKNOWN = 1e9
POINTS = 4096  # at which a function is read; more make its bends sharper, and its noise larger


class Sampled(NamedTuple):
    """A function at some points, with what it may be off there; all of the points' shape."""

    value: np.ndarray
    slope: np.ndarray
    value_error: np.ndarray
    slope_error: np.ndarray


Curve = Callable[[np.ndarray], Sampled]


def relu(z: np.ndarray) -> Sampled:
    on = z > 0
    # Rounding decides about the slope of a unit that is about to turn on.
    turning = np.abs(z) < 1e-5 * max(1.0, float(np.abs(z).max(initial=0)))
    return Sampled(np.where(on, z, 0), on * 1.0, np.zeros_like(z), turning * 1.0)


def elu(z: np.ndarray) -> Sampled:
    below = np.exp(np.minimum(z, 0))
    nothing = np.zeros_like(z)
    return Sampled(np.where(z > 0, z, below - 1), below, nothing, nothing)


@dataclass(frozen=True)
class ReadCurve:
    """A function known at evenly spaced points; between them a parabola runs through its values.

    Where its second differences change from one point to the next, it may bend or jump in between:
    what that can amount to is the error.
    """

    first: float
    spacing: float
    values: np.ndarray  # (M,)

    def __call__(self, z: np.ndarray) -> Sampled:
        """At `z`; of what lies outside of the points read nothing is said: any error may be."""
        place = (z - self.first) / self.spacing
        cell = np.clip(place.astype(np.int64), 2, len(self.values) - 4)
        part = place - cell
        at = [self.values[cell + i] for i in range(-2, 4)]
        bends = [at[i] - 2 * at[i + 1] + at[i + 2] for i in range(4)]
        bend = (bends[1] + bends[2]) / 2
        rise = at[3] - at[2]
        rough = np.maximum.reduce(bends) - np.minimum.reduce(bends)
        rough = np.where((part < -2) | (part > 3), UNKNOWN, rough)
        return Sampled(
            at[2] + part * rise + part * (part - 1) / 2 * bend,
            (rise + (part - 0.5) * bend) / self.spacing,
            rough / 2,
            rough / self.spacing,
        )


def points_around(samples: np.ndarray, count: int = POINTS) -> np.ndarray:
    """`count` evenly spaced points, in order, around a sample of what the function will see."""
    low, high = float(samples.min()), float(samples.max())
    margin = 0.4 * (high - low) + 0.01
    return np.linspace(low - margin, high + margin, count)


def read(points: np.ndarray, values: np.ndarray) -> ReadCurve:
    """The function that has `values` at evenly spaced `points`."""
    return ReadCurve(float(points[0]), float(points[1] - points[0]), values.astype(np.float64))
