"""Known mistakes in `dropout`: other rates, other scales, other masks, the wrong place or mode."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np

from grader.checks.misconceptions import Mistake, filled, only

# ---------------------------------------------------------------- modes and places

EVAL_MODE = Mistake(
    "dropout in eval mode",
    "Two passes in eval mode differ: activations are dropped there as well. F.dropout takes "
    "training=self.training (not self.train); eval() reaches only modules assigned to self in "
    "__init__, and a train() of your own undoes it.",
)
MODES_SWAPPED = Mistake(
    "modes swapped",
    "Activations are dropped in eval mode and kept in train mode: it should be the other way "
    "round.",
)
SCALED_IN_EVAL = Mistake(
    "scaled in eval mode",
    "In eval mode activations are scaled by {how}: where train mode scales the kept ones by "
    "1/(1-p), eval mode leaves all as they are.",
)
UNMASKED_GRADIENT = Mistake(
    "gradient past the mask",
    "The logits vary as they do with dropout, but the gradient goes back through all activations: "
    "a mask on .data, or in place under no_grad, is not seen by autograd (x = x * mask is), and "
    "noise is no mask.",
)
ON_LOGITS = Mistake(
    "dropout on the logits",
    "Logits are dropped: dropout is for the hidden layer, and the output layer's answer counts "
    "whole.",
)
ON_INPUTS = Mistake(
    "dropout on the inputs",
    "Inputs are dropped: a unit's activation is zeroed here because it sees less, not because it "
    "is dropped itself.",
)
BEFORE_NONLINEARITY = Mistake(
    "dropout before the nonlinearity",
    "What is dropped and scaled is z: the nonlinearity then bends scaled values, and what is "
    "dropped is an activation.",
)


def recognise_eval_scale(
    first: np.ndarray, second: np.ndarray, p: float, q: float
) -> Mistake | None:
    """What eval mode scales hidden parts of logits by, seen with rates p and q on the same."""
    ratio = float(
        first.ravel() @ second.ravel() / max(float(second.ravel() @ second.ravel()), 1e-300)
    )
    if np.abs(first - ratio * second).max() > 1e-3 * np.abs(first).max():
        return None
    candidates = (("1-p", (1 - p) / (1 - q)), ("1/(1-p)", (1 - q) / (1 - p)))
    return only(
        filled(SCALED_IN_EVAL, how=how)
        for how, predicted in candidates
        if abs(ratio / predicted - 1) < 1e-3
    )


# ---------------------------------------------------------------- rates

RATE_IGNORED = Mistake(
    "p ignored",
    "About {share:.0%} of the activations are dropped whatever p is: it has no effect.",
)

KEEP_PROBABILITY = Mistake(
    "p taken for the probability to keep",
    "p is taken for the probability to keep an activation: it is the one to drop it.",
)

NOTHING_DROPPED = Mistake(
    "nothing dropped",
    "No activation is dropped in train mode: the dropout layer has to be called in forward, what "
    "it returns to be used, and train() to switch on what eval() has switched off.",
)
DIVIDED_BY_P = Mistake(
    "scaled by 1/p",
    "With p=0 something divides by 0 in train mode: what is kept is divided by 1 - p, the share "
    "that is kept.",
)

DROPPED_TWICE = Mistake(
    "dropped twice",
    "The share that is dropped is 1 - (1-p)², as after two dropouts in a row: one is enough.",
)

# From p to the share of activations that is dropped.
RATES: tuple[tuple[Mistake, Callable[[float], float]], ...] = (
    (KEEP_PROBABILITY, lambda p: 1 - p),
    (DROPPED_TWICE, lambda p: 1 - (1 - p) ** 2),
    (NOTHING_DROPPED, lambda p: 0.0),
    (
        Mistake(
            "normal draws in place of uniform ones",
            "The mask compares normally distributed numbers, as of torch.randn, with p: it is "
            "uniform ones, of torch.rand, that are below p with probability p.",
        ),
        NormalDist().cdf,
    ),
)
OTHER_FACTOR = Mistake(
    "dropped by another factor",
    "What is dropped is multiplied by {factor:.3g} in place of 0.",
)
NOISE = Mistake(
    "noise in place of dropout",
    "No activation is zeroed in train mode, but all of them are changed at random: dropout keeps "
    "or drops each.",
)
OTHER_VALUE = Mistake(
    "dropped to another value",
    "What is dropped becomes {value:.3g} in place of 0: AlphaDropout does that, and so does "
    "x / 1 - p, which subtracts p where the parentheses of 1 - p are missing.",
)
OTHER_RATE = Mistake(
    "another rate",
    "About {factor:.2g} times as many activations are dropped as p says: p is passed on as it is.",
)
SHARES = Mistake(
    "another rate",
    "The share that is dropped is {shares}: p is passed on as it is, and is the share.",
)
CUT_OFF = Mistake(
    "p cut off",
    "With p={p:.3g} {share:.0%} are dropped, as if p were cut off there by min, max or clamp: any "
    "p from 0 to 1 is used as it is.",
)
OTHER_DEFAULT = Mistake(
    "another default",
    "p is honoured where it is passed, but by default {share:.0%} are dropped.",
)
ZERO_IS_DEFAULT = Mistake(
    "p=0 taken for no p",
    "With p=0 {share:.0%} are dropped: 0 is a rate like others, and not the same as no p at all.",
)


def recognise_rate(
    rates: Sequence[float], shares: Sequence[float], tolerance: float
) -> Mistake | None:
    """What drops these shares, the last of them by default, in place of the rates."""
    found = [
        mistake
        for mistake, rule in RATES
        if all(abs(s - rule(p)) < tolerance for p, s in zip(rates, shares, strict=True))
        and not (mistake is NOTHING_DROPPED and any(shares))
    ]
    mean = sum(shares) / len(shares)
    if mean > tolerance and max(shares) - min(shares) < tolerance:
        found.append(filled(RATE_IGNORED, share=mean))
    factors = [s / p for p, s in zip(rates, shares, strict=True)]
    factor, spread = sum(factors) / len(factors), max(factors) - min(factors)
    if not found and spread < 2 * tolerance / min(rates) < min(factor, 2 * abs(factor - 1)):
        found.append(filled(OTHER_RATE, factor=factor))
    *passed, default = (abs(s - p) < tolerance for p, s in zip(rates, shares, strict=True))
    if all(passed) and not default:
        found.append(filled(OTHER_DEFAULT, share=shares[-1]))
    return only(found)


def recognise_cut_off(pairs: Sequence[tuple[float, float]], tolerance: float) -> Mistake | None:
    """Whether, in pairs of a rate and a share, these are the same up to a limit, or from one on."""
    p, limit = max(pairs, key=lambda pair: abs(pair[1] - pair[0]))
    right = [rate for rate, share in pairs if abs(share - rate) < tolerance]
    for cut in (min, max):
        fits = all(abs(share - cut(rate, limit)) < tolerance for rate, share in pairs)
        # A small rate is right whatever happens to it.
        if fits and len(right) < len(pairs) and max(right, default=0.0) > 2 * tolerance:
            return filled(CUT_OFF, p=p, share=limit)
    return None


def describe_rates(pairs: Sequence[tuple[float, float]], tolerance: float) -> Mistake | None:
    """Which shares are dropped with which rates, where they are not the same."""
    if all(abs(share - p) < tolerance for p, share in pairs):
        return None
    *first, last = (f"{share:.2g} with p={p:.2g}" for p, share in pairs)
    return filled(SHARES, shares=f"{', '.join(first)} and {last}")


AT_ZERO = (0.5, math.log(2), 1.0)  # what sigmoid, softplus and the like are at 0


def recognise_unzeroed(seen: np.ndarray, kept: np.ndarray) -> Mistake | None:
    """What becomes of (N, H) activations of which none is zeroed."""
    values, counts = np.unique(np.round(seen.astype(np.float64), 4), return_counts=True)
    common = int(counts.argmax())
    if counts[common] > 0.05 * seen.size:
        if any(abs(values[common] - value) < 1e-3 for value in AT_ZERO):
            return BEFORE_NONLINEARITY
        return filled(OTHER_VALUE, value=values[common])
    ratios = (seen / kept).ravel()
    factors, numbers = np.unique(np.round(ratios, 3), return_counts=True)
    often = factors[numbers > 0.02 * ratios.size]
    if len(often) == 2 and numbers.max() > 0.1 * ratios.size:
        return filled(OTHER_FACTOR, factor=often.min())
    return NOISE if len(np.unique(np.round(ratios, 5))) > 0.1 * ratios.size else None


def recognise_zero(share: float) -> Mistake | None:
    """What drops this share with p=0."""
    if share < 0.01:
        return None
    return filled(ZERO_IS_DEFAULT, share=share)


# ---------------------------------------------------------------- scales

SCALES: tuple[tuple[Mistake, Callable[[float], float]], ...] = (
    (
        Mistake(
            "kept activations not scaled",
            "The kept activations are as in eval mode: without 1/(1-p) the next layer gets less in "
            "train mode than in eval mode.",
        ),
        lambda p: 1.0,
    ),
    (
        Mistake(
            "scaled by 1/p",
            "The kept activations are scaled by 1/p: the share that is kept is 1-p.",
        ),
        lambda p: 1 / p,
    ),
    (
        Mistake(
            "scaled the wrong way round",
            "The kept activations are scaled by 1-p: what is kept has to make up for the rest, and "
            "so is divided by it.",
        ),
        lambda p: 1 - p,
    ),
    (
        Mistake(
            "scaled by the root",
            "The kept activations are scaled by 1/√(1-p), which keeps the mean square: it is the "
            "mean that the next layer adds up.",
        ),
        lambda p: 1 / math.sqrt(1 - p),
    ),
)
OTHER_SCALE = Mistake(
    "scaled by another number",
    "The kept activations are multiplied by {scale:.3g} with p={p:g}: they are divided by 1-p, "
    "which makes it {right:.3g}.",
)
BY_SHARE_KEPT = Mistake(
    "scaled by the share kept",
    "The kept activations are divided by the share that happened to be kept: it is 1-p that they "
    "are divided by.",
)


def recognise_scale(
    ratios: np.ndarray, again: np.ndarray, p: float, share_kept: float
) -> Mistake | None:
    """What the kept activations are scaled by, from train over eval mode in two passes."""
    scale, other = float(np.median(ratios)), float(np.median(again))
    if np.abs(ratios / scale - 1).max() > 5e-3:
        return None
    if abs(scale / other - 1) > 1e-4:
        near = max(abs(s * (1 - p) - 1) for s in (scale, other)) < 0.1
        return BY_SHARE_KEPT if near else None
    if abs(scale * p - 1) < 5e-4 and abs(share_kept - p) < abs(share_kept - (1 - p)):
        return KEEP_PROBABILITY
    return only(mistake for mistake, rule in SCALES if abs(scale / rule(p) - 1) < 5e-4)


def by_share_of_row(factors: np.ndarray, kept: np.ndarray) -> Mistake | None:
    """Whether each row's kept activations are divided by the share of them.

    Args:
        factors: (N, H), train over eval mode, of rows in which no activation is 0 in eval mode.
        kept: (N, H), which of them were kept.
    """
    shares = np.broadcast_to(kept.mean(axis=1, keepdims=True), kept.shape)
    products = (factors * shares)[kept]
    return BY_SHARE_KEPT if products.size and np.abs(products - 1).max() < 5e-3 else None


def describe_scale(ratios: np.ndarray, p: float) -> Mistake | None:
    """The one factor by which all kept activations are scaled."""
    scale = float(np.median(ratios))
    if np.abs(ratios / scale - 1).max() > 5e-3 or abs(scale * (1 - p) - 1) < 5e-3:
        return None
    return filled(OTHER_SCALE, scale=scale, p=p, right=1 / (1 - p))


# ---------------------------------------------------------------- masks

OFF_SEED = Mistake(
    "draws do not follow the seed",
    "What is dropped does not follow torch.manual_seed: the mask comes from another generator, or "
    "the module seeds torch itself.",
)
COUNTS_PASSES = Mistake(
    "depends on earlier passes",
    "What is dropped depends on how often forward was called before, as with a rate that changes "
    "from pass to pass: each pass draws by p alone.",
)
SAME_MASK = Mistake(
    "mask not renewed",
    "Both passes drop the same activations: every forward pass draws a mask of its own, and seeds "
    "nothing.",
)
ONE_DECISION = Mistake(
    "one decision for all",
    "One random number, as of torch.rand(1), keeps or drops all activations together: a mask of "
    "their shape decides for each.",
)
WHOLE_ROWS = Mistake(
    "whole rows dropped",
    "The mask is drawn for whole rows, as by Dropout1d on a 2-D input or a mask of shape (N, 1): "
    "an image loses all of its hidden layer, or nothing.",
)
ONE_MASK = Mistake(
    "one mask for all rows",
    "The mask is drawn once for all rows, as with one of shape (H,): each row of a batch loses "
    "units of its own.",
)
WEIGHTS_DROPPED = Mistake(
    "weights dropped",
    "It is weights of the output layer that are dropped, for all rows alike: dropout drops hidden "
    "activations, for each row its own.",
)
EXACT_COUNT = Mistake(
    "fixed number dropped",
    "Exactly as many activations are dropped in every {what}: independent decisions differ in "
    "number.",
)

BY_VALUE = Mistake(
    "dropped by value",
    "An activation's own value decides whether it is dropped, as in h > p: a random number does, "
    "of torch.rand_like(h), for each.",
)
BY_SIZE = Mistake(
    "dropped by size",
    "{which} activations are dropped more often than {others} ones: a random number of its own "
    "decides for each, whatever its value, as in torch.rand_like(h) < p.",
)


def whole_rows(dropped: np.ndarray) -> bool:
    """Whether more rows of a mask (N, H) are dropped as a whole than chance would have it."""
    whole = dropped.all(axis=1)
    rest = float(dropped[~whole].mean()) if not whole.all() else 0.0
    return bool(0.01 + 2 * rest ** dropped.shape[1] < whole.mean() < 1)


def recognise_masks(first: np.ndarray, second: np.ndarray) -> Mistake | None:
    """What is odd about the masks (N, H) of two passes."""
    if not 0.01 < first.mean() < 0.99:  # a few are 0 by chance
        return None
    per_row = first.sum(axis=1)
    oddities = (
        (SAME_MASK, np.array_equal(first, second)),
        (WHOLE_ROWS, bool(((per_row == 0) | (per_row == first.shape[1])).all())),
        (ONE_MASK, bool((first == first[:1]).all())),
        # p·H may have to be rounded, up or down.
        (filled(EXACT_COUNT, what="row"), np.ptp(per_row) <= 1),
        (filled(EXACT_COUNT, what="unit"), np.ptp(first.sum(axis=0)) <= 1),
    )
    return next((mistake for mistake, is_so in oddities if is_so), None)
