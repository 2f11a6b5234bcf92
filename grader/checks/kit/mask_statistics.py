"""What the signs of independent masks are: as uneven as by chance, jointly, and nowhere again.

Signs are -1 where an activation was dropped, 1 where it was kept, 0 where it can't be told. Of n
independent ones the sum S is larger than z·√n with a probability of less than 2·exp(-z²/2)
(Hoeffding), and S²/n has no larger moments than χ² with one degree of freedom (Khinchin), so that
Chernoff's bound for χ² holds for sums of these.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np

from grader.checks.kit.probes import expect
from grader.checks.kit.training_run import LOOK

DEVIATIONS = 8.0  # of a sum of signs, of which there are some hundred thousand: 10^-8 for all
SURPRISE = 20.0  # of a sum of squares of such sums, in nats: 2·10^-9
COPIES = 8.0  # deviations of a sum of squares
ENOUGH_PAIRS = 100  # of which it is; of so many it is that large once in 10^9 times
BY_ITSELF = "in training each hidden activation to be dropped by itself, anew in each step"


def effective(weights: np.ndarray) -> float:
    """How many equal weights spread as much."""
    return float(weights.sum() ** 2 / max((weights**2).sum(), 1.0))


def expect_uneven(sums: np.ndarray, counts: np.ndarray) -> None:
    """Fail if sums of so many signs are smaller than chance makes them, as where a number of
    activations is dropped that is laid down.

    For a sum S of n signs S² - n has the mean 0 and the variance 2·n·(n - 1).
    """
    variances = 2 * counts * (counts - 1)
    if effective(variances) < ENOUGH_PAIRS:
        return
    expect(
        float((sums**2 - counts).sum()) > -COPIES * math.sqrt(float(variances.sum())),
        "in training the number of activations that are dropped to vary as by chance",
        "numbers that vary less",
        LOOK,
    )


def surprise(sums: np.ndarray, counts: np.ndarray) -> float:
    """-log of a bound of the probability that K sums of so many signs are as large as these, all
    together."""
    told = counts > 0
    number = int(told.sum())
    ratio = float((sums[told] ** 2 / counts[told]).sum()) / max(number, 1)
    return number / 2 * (ratio - 1 - math.log(ratio)) if ratio > 1 else 0.0


def expect_one_rate(tables: Iterable[np.ndarray]) -> None:
    """Fail if units, rows or steps of signs (S, N, V) have rates of their own."""
    for signs in tables:
        for axes, what in (((0, 1), "units"), ((0, 2), "rows"), ((1, 2), "steps")):
            expect(
                surprise(signs.sum(axes).ravel(), np.abs(signs).sum(axes).ravel()) < SURPRISE,
                "in training each hidden activation to be dropped with the same probability",
                f"{what} of which some are dropped more often than others",
                LOOK,
            )


def expect_one_rate_of_images(signs: np.ndarray, batches: np.ndarray) -> None:
    """Fail if images have rates of their own in signs (S, N, V) of steps, as where some are spared
    for what they show; `batches` (S,) tells which batch a step was shown."""
    of_batch = [signs[batches == batch] for batch in np.unique(batches)]
    sums, counts = (
        np.concatenate([each.sum((0, 2)) for each in tables])
        for tables in (of_batch, [np.abs(each) for each in of_batch])
    )
    expect(
        surprise(sums, counts) < SURPRISE,
        "in training each hidden activation to be dropped with the same probability",
        "images of which some lose more activations than others, whenever they come",
        LOOK,
    )


def expect_no_patterns(signs: np.ndarray) -> None:
    """Fail if some of the few units that were followed in most steps (S, N, V) are dropped jointly
    as independent ones are not, like where the masks of rows come from a heap."""
    met_again = np.abs(signs).any(axis=1).mean(axis=0) > 0.5
    columns = signs[:, :, met_again].reshape(-1, int(met_again.sum()))
    products = [
        np.prod(columns[:, chosen], axis=1)
        for size in range(2, columns.shape[1] + 1)
        for chosen in itertools.combinations(range(columns.shape[1]), size)
    ]
    if not products:
        return
    joint = np.stack(products)
    expect(
        surprise(joint.sum(axis=1), np.abs(joint).sum(axis=1)) < SURPRISE,
        BY_ITSELF,
        "units whose masks, taken together, are not like that",
        LOOK,
    )


def expect_no_column_again(signs: np.ndarray, many: np.ndarray) -> None:
    """Fail if the mask of a unit in a step (S, N, V), or of one of many units (N, H) in another
    step, is one of these once more, or the opposite, row by row."""
    columns = np.concatenate([np.moveaxis(signs, 1, 0).reshape(signs.shape[1], -1), many], axis=1)
    columns = columns[:, np.abs(columns).sum(axis=0) > DEVIATIONS**2].astype(np.float32)
    filled = np.abs(columns)
    pairs = np.triu_indices(columns.shape[1], 1)
    expect_few_alike((columns.T @ columns)[pairs], (filled.T @ filled)[pairs])


def expect_no_triples(many: np.ndarray) -> None:
    """Fail if the mask of one of many units (N, H) follows from those of two others."""
    columns = many[:, np.abs(many).sum(axis=0) > DEVIATIONS**2].astype(np.float32)
    one, other = np.triu_indices(columns.shape[1], 1)
    products = columns[:, one] * columns[:, other]  # (N, H·(H - 1)/2)
    expect_few_alike(products.T @ columns, np.abs(products).T @ np.abs(columns))


def expect_few_alike(together: np.ndarray, counts: np.ndarray) -> None:
    expect(
        bool((np.abs(together) <= DEVIATIONS * np.sqrt(counts)).all()),
        BY_ITSELF,
        "masks that follow from other ones",
        LOOK,
    )
