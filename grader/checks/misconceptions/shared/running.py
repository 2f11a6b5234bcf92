"""Known mistakes in `batchnorm`'s running statistics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.checks.misconceptions import Mistake, filled

NOT_SAVED = Mistake(
    "running statistics not saved",
    "The running statistics are not in state_dict(), so that a loaded network has lost them: they "
    "are buffers of the module.",
)
SLOW = Mistake(
    "running statistics too slow",
    "After 200 batches the running statistics are {c:.0%} converged, as with a momentum of about "
    "{momentum:g}: PyTorch's is 0.1, and weights the new batch.",
)
FIRST_BATCH = Mistake(
    "statistics of the first batch",
    "Eval mode uses the statistics of the very first batch: each batch in train mode adds to them.",
)
VARIANCE_STAYS = Mistake(
    "running variance never updated",
    "Eval mode subtracts the running mean, but its variance is still the initial 1.",
)
MEAN_STAYS = Mistake(
    "running mean not used",
    "Eval mode divides by the running deviation and subtracts no mean: the running mean is never "
    "updated, or not subtracted.",
)
STARTED_ANEW = Mistake(
    "running statistics started anew",
    "After 200 batches the running statistics are 10% converged, as after one: they are set back "
    "or made anew in each pass, or moved by a momentum of about 0.0005.",
)
ROOT_FORGOTTEN = Mistake(
    "divided by the running variance",
    "Eval mode divides by the running variance: train mode divides by the root of the batch's.",
)
DEVIATION_KEPT = Mistake(
    "deviation kept as the variance",
    "Eval mode divides by the root of a standard deviation: where the deviation is kept, nothing "
    "is left to take the root of.",
)
EXCHANGED = Mistake(
    "mean and variance exchanged",
    "Eval mode subtracts the running variance and divides by the root of the running mean: the two "
    "are exchanged, as by var_mean, which gives the variance first.",
)
ADD_UP = Mistake(
    "running statistics add up",
    "The running statistics add up the batches' and never fade: what is kept is (1 - m) times the "
    "old ones, and m times the batch's is added.",
)
NOT_WEIGHTED = Mistake(
    "batch's statistics not weighted",
    "The batch's statistics are added whole to {keep:g} times the running ones, which grow to "
    "{factor:.3g} times the data's: add {weight:g} times the batch's.",
)
NO_SCALE_IN_EVAL = Mistake(
    "no scale and shift in eval mode",
    "Eval mode normalises, but leaves out {what}: scale and shift are applied in both modes.",
)
SKIPPED_IN_EVAL = Mistake(
    "normalisation skipped in eval mode",
    "Eval mode skips the normalisation: it takes place in both modes, there by the running "
    "statistics.",
)
NEVER_UPDATED = Mistake(
    "running statistics never updated",
    "Eval mode normalises by mean 0 and variance 1, where the statistics start: each batch in "
    "train mode updates them, by its mean and variance before it is normalised.",
)
NOT_FINITE = Mistake(
    "running statistics not finite",
    "After batches in train mode eval mode gives NaN or infinity: the running variance is below 0 "
    "or without bound. Each batch makes it (1 - m) times what it was plus m times the batch's.",
)
OTHER_RUNNING = Mistake(
    "running statistics of another size",
    "Eval mode subtracts {mean:.2g} times the data's mean, and divides by the root of "
    "{variance:.2g} times their variance: look at how each batch updates the one that is not 1.",
)
RUNNING_DIFFER = Mistake(
    "other running statistics",
    "Eval mode normalises by {which} than the data's: look at what each batch adds to that, and "
    "with which weight.",
)


def lines_of(
    z: np.ndarray, n: np.ndarray, kept: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Slopes and offsets (H,) of the lines on which each unit's `n` lies over its z, both (N, H),
    where `kept`; None: it is on none."""
    found = []
    for a, b, on in zip(z.T, n.T, kept.T, strict=True):
        if on.sum() < 3:
            return None
        columns = np.stack([a[on], np.ones(on.sum())], axis=1)
        line = np.linalg.lstsq(columns, b[on], rcond=None)[0]
        if np.abs(columns @ line - b[on]).max() > 2e-3 * np.abs(b[on]).max():
            return None
        found.append(line)
    slopes, offsets = np.array(found).T
    return slopes, offsets


def describe_running(
    z: np.ndarray, mean: np.ndarray, variance: np.ndarray, n: np.ndarray, kept: np.ndarray
) -> Mistake | None:
    """What eval mode takes for the data's mean and variance (H,), `n` (N, H) being what it makes of
    z before scale and shift, where `kept`."""
    lines = lines_of(z, n, kept)
    if lines is None or (lines[0] <= 0).any():
        return None
    slopes, offsets = lines
    means, variances = -offsets / slopes / mean, slopes**-2.0 / variance
    right = [np.abs(ratios - 1).max() < 0.1 for ratios in (means, variances)]
    if all(right):
        return None
    even = [np.ptp(ratios) < 0.1 * np.median(ratios) + 0.02 for ratios in (means, variances)]
    if all(even):
        return filled(OTHER_RUNNING, mean=np.median(means), variance=np.median(variances))
    which = {(True, False): "another variance", (False, True): "another mean"}
    return filled(RUNNING_DIFFER, which=which.get((right[0], right[1]), "other statistics"))


def running_candidates(
    z: np.ndarray, mean: np.ndarray, variance: np.ndarray, gamma: np.ndarray, beta: np.ndarray
) -> Iterator[tuple[Mistake, np.ndarray]]:
    """What eval mode's scaled and shifted z (N, H) would be with each mistake.

    `mean` and `variance` are the data's, of which all batches but the first had the mean; that
    batch was 1 further on in every input.
    """
    yield NEVER_UPDATED, gamma * z + beta
    yield VARIANCE_STAYS, gamma * (z - mean) + beta
    yield MEAN_STAYS, gamma * z / np.sqrt(variance) + beta
    yield STARTED_ANEW, gamma * (z - 0.1 * mean) / np.sqrt(0.1 * variance + 0.9) + beta
    yield SKIPPED_IN_EVAL, z
    yield ROOT_FORGOTTEN, gamma * (z - mean) / variance + beta
    yield EXCHANGED, gamma * (z - variance) / np.sqrt(np.abs(mean)) + beta
    yield DEVIATION_KEPT, gamma * (z - mean) / variance**0.25 + beta
    for m in (0.1, 0.9, 0.01, 1.0):
        total = 200 * m
        for spread in (1 + total * variance, variance):
            yield ADD_UP, gamma * (z - total * mean) / np.sqrt(spread) + beta
    for keep in (0.9, 0.8, 0.5):
        factor = 1 / (1 - keep)
        yield (
            filled(NOT_WEIGHTED, keep=keep, factor=factor, weight=1 - keep),
            gamma * (z - factor * mean) / np.sqrt(factor * variance) + beta,
        )
    n = (z - mean) / np.sqrt(variance)
    yield filled(NO_SCALE_IN_EVAL, what="both"), n
    yield filled(NO_SCALE_IN_EVAL, what="the shift"), gamma * n
    yield filled(NO_SCALE_IN_EVAL, what="the scale"), n + beta
    for momentum in (0.01, 0.005, 0.002, 0.001, 0.0001):
        c = 1 - (1 - momentum) ** 200
        yield (
            filled(SLOW, c=c, momentum=momentum),
            gamma * (z - c * mean) / np.sqrt(c * variance + 1 - c) + beta,
        )
