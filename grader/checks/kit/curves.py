"""Pointwise functions of a hidden layer: known ones, and ones that were read off a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

UNKNOWN = 1e9
MOST_DOUBT = 0.02  # of where a corner is: the bends beside it, of its own
NO_CORNER = -1
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
    size = np.abs(z)
    turning = size < 1e-5 * np.maximum(1.0, size.max(axis=-1, keepdims=True, initial=0))
    slope, slope_error = on.astype(z.dtype), turning.astype(z.dtype)
    return Sampled(np.where(on, z, 0), slope, np.zeros_like(z), slope_error)


def elu(z: np.ndarray) -> Sampled:
    below = np.exp(np.minimum(z, 0))
    nothing = np.zeros_like(z)
    return Sampled(np.where(z > 0, z, below - 1), below, nothing, nothing)


class ReadCurve:
    """A function known at evenly spaced points; between them a parabola runs through its values.

    Where its second differences change from one point to the next, it may bend or jump in between:
    what that can amount to is the error. A single corner between straight pieces, as ReLU's, is
    where these meet.

    Args:
        first: the first point.
        spacing: from each to the next.
        values: (M,).
    """

    def __init__(self, first: float, spacing: float, values: np.ndarray) -> None:
        self.first = first + 2 * spacing  # of the cells, each from one point to the next
        self.spacing = spacing
        values = values.astype(np.float64)
        bends = np.lib.stride_tricks.sliding_window_view(np.diff(values, 2), 4)  # around each cell
        # As float32, which what is computed from them stays, where z is that.
        self.start, self.rise, self.bend, self.rough = (
            part.astype(np.float32)
            for part in (
                values[2:-3],
                np.diff(values)[2:-2],
                bends[:, 1:3].mean(axis=1),
                bends.max(axis=1) - bends.min(axis=1),
            )
        )
        self.find_corners(bends)

    @property
    def jumps(self) -> float:
        """In what share of the cells it may jump, or bend otherwise than around them, by a
        hundredth of its range."""
        height = float(np.ptp(self.start))
        return float((self.rough > 0.01 * max(height, 1e-30)).mean())

    def find_corners(self, bends: np.ndarray) -> None:
        """Take cells that hold a corner, and those beside them, for straight.

        Args:
            bends: the second differences (M, 4) around each cell. A corner at a share s of the way
                through one gives 1 - s of all to the second, and s to the third.
        """
        turn = bends[:, 1] + bends[:, 2]
        beside = np.abs(bends[:, [0, 3]]).max(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share, doubt = bends[:, 2] / turn, beside / np.abs(turn)
        corners = np.flatnonzero((share >= 0) & (share <= 1) & (doubt < MOST_DOUBT))
        # For each cell, the one of a corner that may lie in it: its own, or one beside it.
        self.corner = np.full(len(turn), NO_CORNER)
        for cell in corners[np.argsort(np.abs(turn[corners]))]:
            self.corner[max(cell - 1, 0) : cell + 2] = cell
        self.corner[corners] = corners
        self.share, self.turn = share.astype(np.float32), turn.astype(np.float32)
        self.doubt = (0.01 + 2 * doubt).astype(np.float32)  # of where it is
        around = [slice(max(cell - 2, 0), cell + 3) for cell in corners]
        for near in around:
            self.bend[near] = self.rough[near] = 0
        for cell, near in zip(corners, around, strict=True):
            self.rough[near] = np.maximum(self.rough[near], 2 * beside[cell])
            self.rise[cell] -= np.float32(bends[cell, 1])  # as before the corner

    def __call__(self, z: np.ndarray) -> Sampled:
        """At `z`; of what lies outside of the points read nothing is said: any error may be."""
        place = (z - self.first) / self.spacing
        cell = np.clip(place.astype(np.int64), 0, len(self.start) - 1)
        part = place - cell.astype(place.dtype)
        rise, bend, rough = self.rise[cell], self.bend[cell], self.rough[cell]
        rough = np.where((part < -2) | (part > 3), UNKNOWN, rough)
        seen = Sampled(
            self.start[cell] + part * (rise + (part - 1) / 2 * bend),
            (rise + (part - 0.5) * bend) / self.spacing,
            rough / 2,
            rough / self.spacing,
        )
        at = np.nonzero(self.corner[cell] != NO_CORNER)
        if len(at[0]):
            cell, part = cell[at], part[at]
            corner = self.corner[cell]
            turn, doubt = self.turn[corner], self.doubt[corner]
            past = part - (corner - cell).astype(part.dtype) - self.share[corner]
            bent = (corner == cell) & (past > 0)  # beside its cell, all is as it was read
            seen.value[at] += turn * np.where(bent, past, 0)
            seen.slope[at] += turn * bent / self.spacing
            seen.value_error[at] += np.abs(turn) * doubt
            seen.slope_error[at] += np.abs(turn) * (np.abs(past) < doubt) / self.spacing
        return seen


def points_around(samples: np.ndarray, count: int = POINTS) -> np.ndarray:
    """`count` evenly spaced points, in order, around a sample of what the function will see."""
    low, high = float(samples.min()), float(samples.max())
    margin = 0.4 * (high - low) + 0.01
    return np.linspace(low - margin, high + margin, count)


def read(points: np.ndarray, values: np.ndarray) -> ReadCurve:
    """The function that has `values` at evenly spaced `points`."""
    return ReadCurve(float(points[0]), float(points[1] - points[0]), values)
