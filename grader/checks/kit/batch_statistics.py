"""Batch normalisation in the run that trains: by the batch, through autograd, and as it is kept.

u is what is normalised: z = W1·x + b1, or a(z) where the normalisation comes after the
nonlinearity. Then a is only known up to scale and shift, which the normalisation takes away again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from grader.checks.kit.curves import Curve, Sampled
from grader.checks.kit.layers import Layers
from grader.checks.kit.probes import expect, show
from grader.checks.kit.training_run import (
    ALL,
    EPS,
    LOOK,
    NONE,
    Index,
    Units,
    Weights,
    compared_gradients,
    expect_followed,
    expect_gradients,
    expect_logits,
    near,
    summed,
)
from grader.checks.misconceptions import Mistake
from grader.grading.training import RevealedStep, TrainingRun

Place = Literal["before", "after"]  # the nonlinearity
LARGEST_EPS = 2e-3  # read off logits, of one that may be half as large
SLOWEST = 0.003  # share by which a running statistic moves in a step


@dataclass(frozen=True)
class Normalisation:
    """How a network normalises.

    Args:
        ddof: the variance's divisor is N minus this.
        eps: what is added to the variance or, `beside` the root, to the deviation.
        through: which of the statistics the gradient goes through.
    """

    place: Place
    ddof: int
    curve: Curve
    eps: float = 0.0
    beside: bool = False
    through: tuple[bool, bool] = (True, True)  # mean, variance

    def root(self, variance: np.ndarray) -> np.ndarray:
        if self.beside:
            return np.sqrt(variance) + self.eps
        return np.sqrt(variance + self.eps)


@dataclass(frozen=True)
class Statistics:
    """Of each unit: of a batch, or kept."""

    mean: np.ndarray  # (H,)
    variance: np.ndarray  # (H,)


class NormalisedPass:
    """One batch through a two-layer network with a normalised hidden layer.

    Args:
        weights: W1, b1 if there is one, gamma, beta, W2, b2.
        inputs: (N, F).
        rows: those whose logits are wanted.
        kept: the statistics to normalise by, and scale and shift of u there; None: the batch's.
    """

    def __init__(
        self,
        weights: Weights,
        how: Normalisation,
        inputs: np.ndarray,
        rows: slice | np.ndarray = ALL,
        kept: tuple[Statistics, float, float] | None = None,
    ) -> None:
        self.weights = weights
        self.how = how
        self.inputs = inputs
        self._rows = rows
        z = inputs @ weights["W1"].T + weights.get("b1", np.float32(0))
        self.u, self._u_error, self._u_slope, self._slope_error = z, NONE, NONE, NONE
        if how.place == "after":
            self.u, self._u_slope, self._u_error, self._slope_error = how.curve(z)
        if kept is None:
            self.statistics = statistics_of(self.u, how.ddof)
        else:
            self.statistics, scale, shift = kept
            self.u = scale * self.u + shift
            self._u_error = abs(scale) * self._u_error
        self._rounding = 1e-6 * float(np.abs(self.u).max())
        self.normalise(how)

    def normalise(self, how: Normalisation) -> None:
        """Go on from u, with another eps if `how` has one."""
        self.how = how
        self.root = how.root(self.statistics.variance)
        hidden, _ = self._hidden(self._rows, ALL)
        w2 = self.weights["W2"]
        self.logits = hidden.value @ w2.T + self.weights["b2"]  # (M, H) @ (H, C) -> (M, C)
        self.error = hidden.value_error @ np.abs(w2).T

    def _hidden(self, rows: Units, units: Units) -> tuple[Sampled, np.ndarray]:
        """What the normalised units give, as a function of gamma·n + beta, and n: (M, K)."""
        root = self.root[units]
        gamma, beta = self.weights["gamma"][units], self.weights["beta"][units]
        n = (self.u[rows][:, units] - self.statistics.mean[units]) / root
        y = gamma * n + beta
        u_error = self._u_error if self._u_error is NONE else self._u_error[rows][:, units]
        error = np.abs(gamma) * (u_error + self._rounding) / root
        if self.how.place == "after":
            return Sampled(y, np.ones((1, 1)), error, NONE), n
        seen = self.how.curve(y)
        wider = seen.value_error + (np.abs(seen.slope) + seen.slope_error) * error
        return seen._replace(value_error=wider), n

    def gradient(self, cotangent: np.ndarray, role: str, index: Index) -> Index:
        if role == "b2":
            return summed(cotangent[:, index[0]], NONE)
        if role == "W2":
            above, (hidden, _) = cotangent[:, index[0]], self._hidden(ALL, index[1])
            return summed(above * hidden.value, np.abs(above) * hidden.value_error)
        unit = index[0]
        hidden, n = self._hidden(ALL, unit)
        y = cotangent @ self.weights["W2"][:, unit]  # (N, C) @ (C, K) -> (N, K)
        y_error = np.abs(y) * hidden.slope_error
        y = y * hidden.slope
        if role == "beta":
            return summed(y, y_error)
        if role == "gamma":
            return summed(y * n, y_error * np.abs(n))
        # Through mean and variance: what is left has no part along 1 and along n.
        root, gamma = self.root[unit], self.weights["gamma"][unit]
        back, back_error = y * gamma, np.abs(y_error * gamma)
        divisor = len(n) - self.how.ddof
        along = (back * n).sum(0) / divisor
        if self.how.beside:
            along = along * root / np.maximum(np.sqrt(self.statistics.variance[unit]), 1e-12)
        through_mean, through_variance = self.how.through
        u = (back - through_mean * back.mean(0) - through_variance * n * along) / root
        u_error = (back_error * np.abs(n)).sum(0) / divisor
        u_error = (back_error + back_error.mean(0) + np.abs(n) * u_error) / root
        # What is taken away was larger than what is left, and so is its rounding.
        u_error = u_error + 1e-6 * (np.abs(back) + np.abs(n * along)) / root
        if self.how.place == "after":
            slope = self._u_slope[:, unit]
            u_error = u_error * np.abs(slope) + np.abs(u) * self._slope_error[:, unit]
            u = u * slope
        if role == "b1":
            return summed(u, u_error)
        x = self.inputs[:, index[1]]
        return summed(u * x, u_error * x)


def statistics_of(u: np.ndarray, ddof: int) -> Statistics:
    """Of (N, H), in float64."""
    mean = u.mean(0, dtype=np.float64)
    square = np.square(u - mean.astype(u.dtype)).sum(0, dtype=np.float64)
    return Statistics(mean, square / (len(u) - ddof))


def fitted(passed: NormalisedPass, logits: np.ndarray) -> Normalisation:
    """The eps, under the root or beside it, that explains `logits` best: Newton's method."""
    rows = slice(None, None, 12)
    few = NormalisedPass(
        passed.weights, passed.how, passed.inputs[rows], kept=(passed.statistics, 1.0, 0.0)
    )
    start = 1e-5 * float(np.median(passed.statistics.variance))
    found = []
    for beside in (False, True):
        how = replace(passed.how, beside=beside, eps=start)
        for _ in range(5):
            few.normalise(how)
            off = few.logits - logits[rows]
            found.append((float((off**2).sum()), how.eps, how))
            step = max(1e-3 * how.eps, 1e-9)
            few.normalise(replace(how, eps=how.eps + step))
            slope = (few.logits - logits[rows] - off) / step
            change = float((slope * off).sum()) / max(float((slope**2).sum()), 1e-30)
            how = replace(how, eps=float(np.clip(how.eps - change, 1e-12, 1.0)))
    return min(found, key=lambda each: each[:2])[2]


def expect_normalised_training(
    run: TrainingRun, layers: Layers, zero_scale: float, how: Normalisation, detached: Mistake
) -> list[NormalisedPass]:
    """Fail unless the run's steps normalise by the batch, in the backward pass as well.

    Args:
        zero_scale: what the network stores for a scale of 0.
        detached: what it is where a statistic is cut off from the gradient.

    Returns:
        The steps' passes, in order.
    """
    expect_followed(run)
    last = run.steps[-1]
    passed = NormalisedPass(
        weights_of(layers, last.before, zero_scale), how, last.images, last.rows
    )
    how = fitted(passed, last.logits)
    if how.place == "before":
        passed.normalise(how)
        expect_small_eps(last, passed)
    passes = []
    for step in run.steps:
        weights = weights_of(layers, step.before, zero_scale)
        passed = NormalisedPass(weights, how, step.images, step.rows)
        expect_logits(
            step,
            passed,
            "of a hidden layer normalised by its mean and variance over the batch, out",
        )
        expect_gradients(step, layers, passed, partial(named, detached, step, layers, passed))
        passes.append(passed)
    return passes


def expect_small_eps(step: RevealedStep, passed: NormalisedPass, scale: float = 1.0) -> None:
    """Fail if the eps of `passed`, of a step, is clearly too large.

    Where the variance is so large that it hides any eps, one that was fitted says nothing: it is
    too large only if the largest allowed does not explain the logits.

    Args:
        scale: of what the network normalises, against u.
    """
    unit = abs(scale) ** (1 if passed.how.beside else 2)  # of eps
    eps = passed.how.eps * unit
    if eps < LARGEST_EPS:
        return
    other = copy(passed)
    other.normalise(replace(passed.how, eps=LARGEST_EPS / unit))
    expect(
        near(step.logits[step.rows], other.logits, other.error),
        "in training an eps of at most 0.001, whatever the sizes",
        f"about {eps:.2g}",
        LOOK,
    )


def named(
    detached: Mistake, step: RevealedStep, layers: Layers, passed: NormalisedPass
) -> Mistake | None:
    """`detached`, if the step's gradients are those with a statistic cut off."""
    for through in ((False, False), (False, True), (True, False)):
        other = copy(passed)
        other.how = replace(passed.how, through=through)
        if all(agree for *_, agree in compared_gradients(step, layers, other)):
            return detached
    return None


def weights_of(layers: Layers, flat: np.ndarray, zero_scale: float) -> Weights:
    weights = layers.split(flat)
    return weights | {"gamma": weights["gamma"] - np.float32(zero_scale)}


# ---------------------------------------------------------------- running statistics


def expect_kept_statistics(
    run: TrainingRun, layers: Layers, zero_scale: float, passes: Sequence[NormalisedPass]
) -> None:
    """Fail unless buffers are moving averages of the run's statistics, and eval mode uses them."""
    mean = follow(run.steps, passes, "mean")
    spreads = [] if mean is None else [follow(run.steps, passes, kind, mean) for kind in SPREADS]
    spread = next((found for found in spreads if found is not None), None)
    expect(
        spread,
        "in training running statistics that move, in each step, by the same share of the way to "
        "the batch's mean and variance",
        "buffers that do not" if run.buffers else "none among the buffers",
        "In train mode every batch moves them, whether autograd records or not: "
        "running ← (1 - m)·running + m·batch's.",
    )
    assert mean is not None
    assert spread is not None
    final = [row for buffer in run.buffers for row in rows_of(buffer, len(mean.last))]
    variance = SPREADS[spread.kind].variance(final[spread.number], final[mean.number])
    statistics = Statistics(final[mean.number].astype(np.float64), np.maximum(variance, 0))
    how = passes[-1].how
    if how.place == "after":  # which is known up to scale until here
        expect_small_eps(run.steps[-1], passes[-1], mean.scale)
    how = replace(how, eps=how.eps * abs(mean.scale) ** (1 if how.beside else 2))
    weights = weights_of(layers, run.trained, zero_scale)
    kept_so = statistics, mean.scale, mean.shift
    passed = NormalisedPass(weights, how, run.unseen_images, kept=kept_so)
    expect(
        near(run.unseen_logits, passed.logits, passed.error),
        "after the training, in eval mode, the logits of a hidden layer that is normalised by the "
        f"running statistics, here {show(passed.logits)}",
        show(run.unseen_logits),
        LOOK,
    )


@dataclass(frozen=True)
class Spread:
    """A statistic that, maybe with the mean, says how far a unit spreads."""

    of: Callable[[np.ndarray], np.ndarray]  # (N, H) -> (H,)
    variance: Callable[[np.ndarray, np.ndarray], np.ndarray]  # of it and the mean


SPREADS = {
    "variance": Spread(lambda u: u.var(0), lambda v, m: v),
    "unbiased variance": Spread(lambda u: u.var(0, ddof=1), lambda v, m: v),
    "deviation": Spread(lambda u: u.std(0), lambda v, m: v**2),
    "unbiased deviation": Spread(lambda u: u.std(0, ddof=1), lambda v, m: v**2),
    "square": Spread(lambda u: (u**2).mean(0), lambda v, m: v - m**2),
}


@dataclass(frozen=True)
class Followed:
    """Which of all buffers' rows is a moving average of a statistic, whose u is scale·u + shift."""

    kind: str
    number: int
    last: np.ndarray
    scale: float
    shift: float


def follow(
    steps: Sequence[RevealedStep],
    passes: Sequence[NormalisedPass],
    kind: str,
    other: Followed | None = None,
) -> Followed | None:
    """The row that follows a statistic in all steps, and that is not the `other` one."""
    size = passes[0].u.shape[1]
    free = passes[0].how.place == "after"
    seen = [
        (
            [row for buffer in step.buffers_before for row in rows_of(buffer, size)],
            [row for buffer in step.buffers_after for row in rows_of(buffer, size)],
            passed.u.mean(0) if kind == "mean" else SPREADS[kind].of(passed.u),
            passed.u.mean(0),
        )
        for step, passed in zip(steps, passes, strict=True)
        # At the first step the buffers are constants, which say nothing where u's scale is free.
        if step.number > 0 or not free
    ]
    for number in range(min(len(before) for before, *_ in seen)):
        found = None
        if other is not None and number == other.number:
            continue
        for before, after, statistic, mean in seen:
            if len(after) <= number:
                found = None
                break
            columns = [statistic - before[number]]
            if free:
                # (s·a + t)² = s²·a² + 2st·a + t², as the scale s and the shift t are free.
                more = {"mean": [np.ones(size)], "square": [mean, np.ones(size)]}
                columns = [statistic, -before[number], *more.get(kind, [])]
            found = share_of(np.stack(columns, axis=1), before[number], after[number])
            if found is None:
                break
        if found is not None:
            share = found[1] if free else found[0]
            scale = found[0] / share if free else 1.0
            shift = found[2] / share if free and kind == "mean" else 0.0
            return Followed(kind, number, after[number], float(scale), float(shift))
    return None


def share_of(columns: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray | None:
    """The coefficients by which `columns` explain the move of a row; None if they don't."""
    moved = after.astype(np.float64) - before
    found, *_ = np.linalg.lstsq(columns, moved, rcond=None)
    off = np.abs(columns @ found - moved).max()
    rounding = 8 * EPS * max(np.abs(before).max(), np.abs(after).max())
    explained = off <= 2e-3 * np.abs(moved).max() + rounding
    return found if explained and found[min(1, len(found) - 1)] > SLOWEST else None


def rows_of(buffer: np.ndarray, size: int) -> list[np.ndarray]:
    """What a buffer holds for `size` units: a row of numbers, or some."""
    if buffer.size == 0 or buffer.size % size or buffer.size > 4 * size:
        return []
    if buffer.shape[-1] == size or buffer.size == size:
        return list(buffer.reshape(-1, size))
    return list(buffer.reshape(size, -1).T) if buffer.shape[0] == size else []
