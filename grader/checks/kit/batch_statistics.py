"""Batch normalisation in the run that trains: by the batch, and through autograd.

u is what is normalised: z = W1·x + b1, or a(z) where the normalisation comes after the
nonlinearity. Then a is only known up to scale and shift, which the normalisation takes away again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from grader.checks.kit.curves import Curve, Sampled
from grader.checks.kit.layers import Layers
from grader.checks.kit.passes import ALL, NONE, ROUNDING, Index, Weights, multiplied, summed
from grader.checks.kit.probes import expect
from grader.checks.kit.training_run import (
    LOGITS_RTOL,
    LOOK,
    UnitsStep,
    compared_gradients,
    expect_gradient,
    expect_logits,
    near,
    units_steps,
)
from grader.checks.misconceptions import Mistake
from grader.grading.training import RevealedStep, TrainingRun

Place = Literal["before", "after"]  # the nonlinearity
SMALLEST_EPS = 1e-12  # units that do not vary are divided by its root
USUAL_EPS = 1e-5  # PyTorch's
LARGEST_EPS = 2e-3  # read off logits, of one that may be half as large


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
        hidden, _ = self._hidden(self._rows)
        w2 = self.weights["W2"]
        self.logits = hidden.value @ w2.T + self.weights["b2"]  # (M, H) @ (H, C) -> (M, C)
        self.error = hidden.value_error @ np.abs(w2).T

    def _hidden(self, rows: slice | np.ndarray) -> tuple[Sampled, np.ndarray]:
        """What the normalised units give, as a function of gamma·n + beta, and n: (M, H)."""
        gamma, beta = self.weights["gamma"], self.weights["beta"]
        n = (self.u[rows] - self.statistics.mean) / self.root
        y = gamma * n + beta
        u_error = self._u_error if self._u_error is NONE else self._u_error[rows]
        error = np.abs(gamma) * (u_error + self._rounding) / self.root
        if self.how.place == "after":
            return Sampled(y, np.ones((1, 1)), error, NONE), n
        seen = self.how.curve(y)
        wider = seen.value_error + (np.abs(seen.slope) + seen.slope_error) * error
        return seen._replace(value_error=wider), n

    def gradients(self, cotangent: np.ndarray) -> dict[str, Index]:
        w2, gamma = self.weights["W2"], self.weights["gamma"]
        hidden, n = self._hidden(ALL)
        y = cotangent @ w2  # (N, C) @ (C, H) -> (N, H)
        # Where all weights are alike the terms add up to nothing, and rounding is all there is.
        rounding = ROUNDING * (np.abs(cotangent) @ np.abs(w2))
        size = np.abs(hidden.slope) + hidden.slope_error
        y_error = np.abs(y) * hidden.slope_error + rounding * size
        y = y * hidden.slope
        # Through mean and variance: what is left has no part along 1 and along n.
        back, back_error = y * gamma, np.abs(y_error * gamma)
        divisor = len(n) - self.how.ddof
        along = (back * n).sum(0) / divisor
        if self.how.beside:
            along = along * self.root / np.maximum(np.sqrt(self.statistics.variance), 1e-12)
        through_mean, through_variance = self.how.through
        u = (back - through_mean * back.mean(0) - through_variance * n * along) / self.root
        u_error = (back_error * np.abs(n)).sum(0) / divisor
        u_error = (back_error + back_error.mean(0) + np.abs(n) * u_error) / self.root
        # What is taken away was larger than what is left, and so is its rounding.
        # Nor are mean and variance of a unit known that is hardly ever on, if u itself is not.
        shaky = 1e-6 + 3 * self._u_error.max(axis=0) / self.root
        terms = np.abs(back) + np.abs(back).mean(0) + np.abs(n * along)
        u_error = u_error + shaky * terms / self.root
        if self.how.place == "after":
            u_error = u_error * np.abs(self._u_slope) + np.abs(u) * self._slope_error
            u = u * self._u_slope
        dtype = self.inputs.dtype  # all of which would be converted else
        found = {
            "W1": multiplied(u.astype(dtype), u_error.astype(dtype), self.inputs, NONE),
            "b1": summed(u, u_error),
            "gamma": summed(y * n, y_error * np.abs(n)),
            "beta": summed(y, y_error),
            "W2": multiplied(cotangent, NONE, hidden.value, hidden.value_error),
            "b2": summed(cotangent, NONE),
        }
        return {role: found[role] for role in self.weights}


def statistics_of(u: np.ndarray, ddof: int) -> Statistics:
    """Of (N, H), in float64."""
    mean = u.mean(0, dtype=np.float64)
    square = np.square(u - mean.astype(u.dtype)).sum(0, dtype=np.float64)
    return Statistics(mean, square / (len(u) - ddof))


def small_eps(passed: NormalisedPass) -> float:
    return max(1e-5 * float(np.median(passed.statistics.variance)), SMALLEST_EPS)


def fitted(passed: NormalisedPass, logits: np.ndarray) -> Normalisation:
    """The eps, under the root or beside it, that explains `logits` best: Newton's method.

    It starts from the best of some decades: where units are off for nearly all rows, as after a
    ReLU, the logits hang on eps as on a power of it, and from too small a one it hardly moves.
    """
    rows = slice(None, None, 12)
    few = NormalisedPass(
        passed.weights, passed.how, passed.inputs[rows], kept=(passed.statistics, 1.0, 0.0)
    )

    def missed(how: Normalisation) -> np.ndarray:
        few.normalise(how)
        return few.logits - logits[rows]

    def error(how: Normalisation) -> float:
        return float((missed(how) ** 2).sum())

    decades = np.geomspace(small_eps(passed), 1.0, 13)
    found = []
    for beside in (False, True):
        starts = (replace(passed.how, beside=beside, eps=float(eps)) for eps in decades)
        how = min(starts, key=error)
        for _ in range(5):
            off = missed(how)
            found.append((float((off**2).sum()), how.eps, how))
            step = max(1e-3 * how.eps, 1e-9)
            slope = (missed(replace(how, eps=how.eps + step)) - off) / step
            change = float((slope * off).sum()) / max(float((slope**2).sum()), 1e-30)
            how = replace(how, eps=float(np.clip(how.eps - change, SMALLEST_EPS, 1.0)))
    return min(found, key=lambda each: each[:2])[2]


def expect_normalised_training(
    run: TrainingRun, layers: Layers, zero_scale: float, how: Normalisation, detached: Mistake
) -> list[NormalisedPass]:
    """Fail unless the run's steps normalise by the batch, in the backward pass as well.

    Args:
        zero_scale: what the network stores for a scale of 0.
        detached: what it is where a statistic is cut off from the gradient.

    Returns:
        The revealed steps' passes, in order.
    """
    passes = [pass_of(revealed, layers, zero_scale, how) for revealed in run.closely]
    last, passed = run.closely[-1], passes[-1]
    found = fitted(passed, last.step.logits)
    # What is fitted says little where the nonlinearity jumps.
    usual = replace(found, eps=USUAL_EPS, beside=False)
    for how in (found, usual):
        if explained(run.closely, passes, how):
            if how.place == "before":
                expect_small_eps(last, passed)
            break
    else:
        how = expect_explained(run.closely, passes, found)
    for units in units_steps(run, layers):
        expect_units_normalised(units, layers, how, zero_scale, detached)
    return passes


def expect_explained(
    steps: Sequence[RevealedStep], passes: Sequence[NormalisedPass], found: Normalisation
) -> Normalisation:
    """Fail unless a small eps, which is returned, explains the logits that `found` does not."""
    last, passed = steps[-1], passes[-1]
    passed.normalise(found)
    if near(last.step.logits[last.rows], passed.logits, passed.error):
        how = found
        if how.place == "before":
            expect_small_eps(last, passed)
    else:  # no eps explains them
        how = replace(found, eps=small_eps(passed), beside=False)
    in_words = "of a hidden layer normalised by its mean and variance over the batch, out"
    for revealed, passed in zip(steps, passes, strict=True):
        passed.normalise(how)
        expect_logits(revealed, passed, in_words)
    return how


def explained(
    steps: Sequence[RevealedStep], passes: Sequence[NormalisedPass], how: Normalisation
) -> bool:
    """Whether the logits of all steps are those of their passes, which go on with `how`."""
    for revealed, passed in zip(steps, passes, strict=True):
        passed.normalise(how)
        logits = revealed.step.logits[revealed.rows]
        if not near(logits, passed.logits, passed.error, rtol=LOGITS_RTOL):
            return False
    return True


def pass_of(
    revealed: RevealedStep, layers: Layers, zero_scale: float, how: Normalisation
) -> NormalisedPass:
    weights = scaled(layers.split(revealed.before), zero_scale)
    return NormalisedPass(weights, how, revealed.step.images, revealed.rows)


def refitted(units: UnitsStep, passed: NormalisedPass) -> Iterator[Normalisation]:
    """With the allowed eps that explains best how large the gradients of W1 are: under the root,
    and beside it."""
    predicted, _ = passed.gradients(units.cotangent)["W1"]
    products = (predicted * units.gradients["W1"]).sum(axis=1)
    squares = (predicted**2).sum(axis=1)
    root = passed.root * squares / np.where(products > 0, products, np.inf)
    variance = passed.statistics.variance
    for beside, eps in ((False, root**2 - variance), (True, root - np.sqrt(variance))):
        allowed = float(np.clip(np.median(eps), SMALLEST_EPS, LARGEST_EPS))
        yield replace(passed.how, eps=allowed, beside=beside)


def expect_units_normalised(
    units: UnitsStep, layers: Layers, how: Normalisation, zero_scale: float, detached: Mistake
) -> None:
    """Fail unless the gradients of the units that were followed are those of such a network."""
    passed = NormalisedPass(scaled(units.weights, zero_scale), how, units.step.images)
    found = [*compared_gradients(units, passed)]
    if not all(agree for *_, agree in found):
        # Where units hardly vary yet, eps decides: more than could be read off later logits.
        for refit in refitted(units, passed):
            other = copy(passed)
            other.normalise(refit)
            again = [*compared_gradients(units, other)]
            if all(agree for *_, agree in again):
                return
    for role, seen, predicted, agree in found:
        known = partial(named, detached, units, passed)
        expect_gradient(units.step.number, layers.name(role), seen, predicted, agree, known)


def expect_small_eps(revealed: RevealedStep, passed: NormalisedPass, scale: float = 1.0) -> None:
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
        near(revealed.step.logits[revealed.rows], other.logits, other.error),
        "in training an eps of at most 0.001, whatever the sizes",
        f"about {eps:.2g}",
        LOOK,
    )


def named(detached: Mistake, units: UnitsStep, passed: NormalisedPass) -> Mistake | None:
    """`detached`, if the step's gradients are those with a statistic cut off."""
    for through in ((False, False), (False, True), (True, False)):
        other = copy(passed)
        other.how = replace(passed.how, through=through)
        if all(agree for *_, agree in compared_gradients(units, other)):
            return detached
    return None


def scaled(weights: Weights, zero_scale: float) -> Weights:
    return weights | {"gamma": weights["gamma"] - np.float32(zero_scale)}
