"""What accuracy a right module stays above: a tail fitted to the accuracies of many seeds.

A threshold should fail a right module less often than once in a million runs. No number of seeds
that can be trained shows that directly, so the tail is fitted.

The model: on the logit scale, where an accuracy has no bounds, the lower half of the accuracies is
half of a normal distribution whose middle is their median. This is the lower half of the two-piece
normal distribution (Fechner 1897; Wallis 2014, "The two-piece normal, binormal, or double Gaussian
distribution", Statistical Science 29). Runs that train badly lie further from the median than runs
that train well, which an ordinary normal distribution would average away. A generalised Pareto tail
assumes less, but 200 seeds leave it about 20 points: resampled, its fits end anywhere from the
lowest accuracy seen, as if nothing could lie below, to less than zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy import stats

from grader.grading.training.loop import VALID_IMAGES

FALSE_FAILURES = 1e-6  # the rate at which a right module may fail
CONFIDENCE = 0.99  # of the interval's lower end, one-sided
RESAMPLES = 2000
SURPRISE = 1e-4  # a lowest accuracy rarer than this says that the model is wrong


@dataclass(frozen=True)
class Tail:
    """A fitted lower tail, as accuracies: the quantile, and the lower end of its interval."""

    quantile: float
    low: float
    lowest: float  # that was seen
    surprise: float  # how probable, after the fit, one as low as that or lower was among them


def fit_tail(accuracies: np.ndarray) -> Tail:
    """The FALSE_FAILURES quantile of what `accuracies` (N,), N >= 2, are drawn from.

    The interval is the bootstrap's, bias-corrected and accelerated (Efron 1987, "Better bootstrap
    confidence intervals", JASA 82), from a fixed seed.
    """
    logits = to_logit(accuracies)
    median, scale = halves(logits)
    quantile = low = float(quantile_of(logits))
    below = 0.5
    if scale > 0:
        interval = stats.bootstrap(
            (logits,),
            quantile_of,
            n_resamples=RESAMPLES,
            confidence_level=CONFIDENCE,
            alternative="greater",
            method="BCa",
            rng=np.random.default_rng(0),
        ).confidence_interval
        low = min(quantile, float(interval.low))  # which is NaN for a handful of equal seeds
        below = NormalDist().cdf((logits.min() - median) / scale)
    return Tail(
        quantile=to_accuracy(quantile),
        low=to_accuracy(low),
        lowest=float(accuracies.min()),
        surprise=-math.expm1(len(logits) * math.log1p(-below)),
    )


def quantile_of(logits: np.ndarray, axis: int = -1) -> np.ndarray:
    """The FALSE_FAILURES quantile of samples along `axis`, on the logit scale."""
    median, scale = halves(np.moveaxis(logits, axis, -1))
    return median + NormalDist().inv_cdf(FALSE_FAILURES) * scale


def halves(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median and scale of the lower half, of samples (..., N): the maximum-likelihood scale of a
    half-normal distribution, from the deviations of the half that lies below the median."""
    median = np.median(logits, axis=-1)
    below = np.minimum(logits - median[..., None], 0)
    return median, np.sqrt(2 * (below**2).mean(axis=-1))


def to_logit(accuracies: np.ndarray) -> np.ndarray:
    """log(a / (1 - a)), with half an image added to right and wrong ones: always finite."""
    right = np.asarray(accuracies) * VALID_IMAGES
    return np.log((right + 0.5) / (VALID_IMAGES - right + 0.5))


def to_accuracy(logit: float) -> float:
    """The inverse of `to_logit`."""
    share = 1 / (1 + math.exp(-logit))
    return min(1.0, max(0.0, (share * (VALID_IMAGES + 1) - 0.5) / VALID_IMAGES))
