"""Dropout in the run that trains: the masks of hidden units. What masks leave of the logits is
looked at in mask_residuals.py.

With δ = dloss/dlogits · W2, which the logits of a step give, the gradient of a hidden unit's
weights is Σ_n v_n · x_n with v_n = δ_n · a'(z_n) · e_n; e_n is 0 where row n was dropped, else
1 / (1 - p). There are more weights than rows: so v is found by least squares, and e with it.

The limits are such that a right module fails by chance less than once in 10^7 runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.checks.kit.curves import Curve
from grader.checks.kit.layers import Layers
from grader.checks.kit.mask_residuals import P, expect_variance, residual_of, varies
from grader.checks.kit.mask_statistics import (
    COPIES,
    ENOUGH_PAIRS,
    effective,
    expect_no_column_again,
    expect_no_patterns,
    expect_no_triples,
    expect_one_rate,
    expect_one_rate_of_images,
    expect_uneven,
)
from grader.checks.kit.passes import ForwardPass
from grader.checks.kit.probes import expect, show
from grader.checks.kit.training_run import (
    BACKWARD,
    LOOK,
    UnitsStep,
    expect_unseen,
    near,
    units_steps,
)
from grader.checks.misconceptions import Known
from grader.checks.misconceptions.dropout import UNMASKED_GRADIENT
from grader.grading.training import UNITS, TrainingRun

FARTHEST = 7.5  # deviations of a sum of signs, of which there are some thousand
LEAST_TOLD = 0.02  # of the activations
ENOUGH = 42  # rows that two units have to have in common: the chance is 2^-28 for 2^13 pairs
CLEAR = 8.0  # deviations of v, and five times as many for a row that is to tell


def expect_dropout_trains(
    run: TrainingRun, layers: Layers, curve: Curve, *, independent: bool, scaled: bool
) -> None:
    """Fail unless every step of the run, which has to follow units, dropped hidden activations
    with probability P.

    Args:
        independent: whether each has to be dropped by itself, too.
        scaled: whether those that are kept have to be 1 / (1 - P) times as large, and nothing else
            may be done.
    """
    masks = [
        masks_of(units, layers, curve, inverse) for units, inverse in with_inverse(run, layers)
    ]
    *followed, wide = masks
    signs = in_one(followed)
    expect_told(signs)
    residuals = [residual_of(revealed, layers, curve) for revealed in run.closely]
    expect_drop_rate(
        signs, lambda: UNMASKED_GRADIENT if (signs >= 0).all() and varies(residuals) else None
    )
    if independent:
        expect_independent(signs)
        expect_blind(masks)
        expect_no_copies(signs)
        expect_no_shifted_copies(signs)
        many = in_one([wide])
        expect_no_copies(many)
        expect_no_twins(many[0])
        expect_one_rate((signs, many))
        expect_one_rate_of_images(signs, batches_of(followed))
        expect_no_patterns(signs)
        others = np.delete(signs, wide.units.step.number, axis=0)
        expect_no_column_again(others, many[0])
        expect_no_triples(many[0])
    if not scaled:
        return
    for mask in masks:
        expect_kept_values(mask, layers)
    for chosen in (residuals, *([residual] for residual in residuals)):
        expect_variance(chosen)
    expect_unseen(run, ForwardPass(layers.split(run.trained), [curve], run.unseen_images))


# ---------------------------------------------------------------- the masks of some units


def with_inverse(run: TrainingRun, layers: Layers) -> Iterator[tuple[UnitsStep, np.ndarray]]:
    """All steps with (X·Xᵀ + 1)⁻¹ (N, N) of their images X."""
    inverses: dict[int, np.ndarray] = {}
    for units in units_steps(run, layers):
        images = units.step.images
        if id(images) not in inverses:
            products = images.astype(np.float64) @ images.T + 1
            # Rows that are alike make it singular: of these nothing is told apart then.
            products[np.diag_indices_from(products)] += 1e-9 * np.trace(products)
            inverses[id(images)] = np.linalg.inv(products)
        yield units, inverses[id(images)]


@dataclass(frozen=True)
class Masks:
    """What became of N rows at the U units that were followed in one step; all (N, U)."""

    units: UnitsStep
    hidden: np.ndarray  # activations, had nothing been dropped
    v: np.ndarray
    kept: np.ndarray  # v, had nothing been dropped
    allowed: np.ndarray  # how far v may be off
    is_clear: np.ndarray  # whether the row can tell
    is_dropped: np.ndarray


def masks_of(units: UnitsStep, layers: Layers, curve: Curve, inverse: np.ndarray) -> Masks:
    """The masks that the gradients of the units show.

    Raises:
        Failure: these gradients don't come from the batch.
    """
    images = units.step.images
    hidden = ForwardPass(units.weights, [curve], images).hidden(1)  # (N, U)
    delta = units.cotangent @ units.weights["W2"]  # (N, C) @ (C, U) -> (N, U)
    kept = delta * hidden.slope / (1 - P)
    w1, b1 = units.gradients["W1"], units.gradients["b1"]
    v = inverse @ (images @ w1.T + b1)  # (N, N) @ (N, U)
    # What no image of the batch lights up says nothing of it, and takes nothing from what is said.
    lit = images.any(axis=0)
    error = np.maximum(units.errors["W1"][:, lit].max(axis=1), units.errors["b1"])
    error = error + 1e-6 * np.abs(v).sum(axis=0)  # (U,): of one entry of the gradient
    off = np.abs(w1 - v.T.astype(images.dtype) @ images)[:, lit].max(axis=1)
    expect(
        (off <= 4 * error + 1e-4 * np.abs(w1).max(axis=1)).all(),
        f"in step {units.step.number + 1} of training the loss's gradient of "
        f"`{layers.name('W1')}` to come from the images of the batch",
        "another one",
        BACKWARD,
    )
    deviation = np.sqrt(np.diag(inverse))[:, None] * error
    slope_error = np.abs(delta) * hidden.slope_error / (1 - P)
    size = np.abs(kept)
    return Masks(
        units,
        hidden.value,
        v,
        kept,
        CLEAR * deviation + slope_error + 1e-2 * size,
        (size > 5 * CLEAR * deviation) & (slope_error < 0.1 * size),
        np.abs(v) <= CLEAR * deviation,
    )


def in_one(masks: list[Masks]) -> np.ndarray:
    """(S, N, V), for all V units that were ever followed: -1 if dropped, 1 if kept, 0 if it can't
    be told."""
    pool = np.unique(np.concatenate([mask.units.units for mask in masks]))
    signs = np.zeros((len(masks), len(masks[0].v), len(pool)))
    for number, mask in enumerate(masks):
        seen = np.where(mask.is_clear, np.where(mask.is_dropped, -1, 1), 0)
        signs[number][:, np.searchsorted(pool, mask.units.units)] = seen
    return signs


def batches_of(masks: list[Masks]) -> np.ndarray:
    """(S,): which batch each step was shown, by a number of its own."""
    return np.array([id(mask.units.step.images) for mask in masks])


def expect_kept_values(masks: Masks, layers: Layers) -> None:
    """Fail unless v, and the last layer's gradients, are those of activations that were dropped or
    scaled by 1 / (1 - P)."""
    step, v, kept, clear = masks.units.step, masks.v, masks.kept, masks.is_clear
    factors = v / np.where(clear, kept, 1) / (1 - P)
    wrong = clear & (np.minimum(np.abs(v), np.abs(v - kept)) > masks.allowed)
    expect(
        not wrong.any(),
        f"in step {step.number + 1} of training each hidden activation h to become 0 or "
        "h / (1 - p)",
        f"h multiplied by factors such as {show(factors[wrong])}",
        LOOK,
    )
    cotangent, hidden = masks.units.cotangent, masks.hidden
    kept_so = np.where(clear, ~masks.is_dropped / (1 - P), 1)
    mean = cotangent.T @ (hidden * kept_so)  # (C, N) @ (N, U) -> (C, U)
    variance = P / (1 - P) * (cotangent**2).T @ (hidden * ~clear) ** 2
    gradients, errors = masks.units.gradients, masks.units.errors
    allowed = FARTHEST * np.sqrt(variance) + errors["W2"] + 1e-3 * np.abs(mean).max()
    for role, right in (
        ("W2", (np.abs(gradients["W2"] - mean) <= allowed).all()),
        ("b2", near(gradients["b2"], cotangent.sum(0), errors["b2"] + 1e-5)),
    ):
        expect(
            right,
            f"in step {step.number + 1} of training the loss's gradient of "
            f"`{layers.name(role)}` through the activations that were kept",
            "another one",
            BACKWARD,
        )


def expect_told(signs: np.ndarray) -> None:
    """Fail unless the steps tell of some rows (S, N, V) whether units were dropped."""
    share = float(np.abs(signs).sum() / (signs.shape[0] * signs.shape[1] * UNITS))
    expect(
        share > LEAST_TOLD,
        "a training in which the loss reaches hidden units, through a nonlinearity that has a "
        "slope where they are: else what is dropped can't be told",
        f"{share:.1%} of the hidden activations that do",
        "Look at the size of the initial weights, and for jumps of the nonlinearity.",
    )


def expect_no_twins(signs: np.ndarray) -> None:
    """Fail if two of many units were dropped together, or by turns, in every row (N, H) that tells.

    Of n independent rows that happens once in 2^(n - 1) times, for each of the pairs.
    """
    together, count = signs.T @ signs, np.abs(signs).T @ np.abs(signs)  # (H, H)
    pairs = np.triu(count >= ENOUGH, 1)
    expect(
        (np.abs(together) < count)[pairs].all(),
        "in training each hidden activation to be dropped by itself",
        "units that are dropped together, or by turns, in all rows of a step",
        LOOK,
    )


def expect_drop_rate(signs: np.ndarray, known: Known = lambda: None) -> None:
    """Fail unless about as many are dropped as are kept (S, N, V), in all and in each step."""
    for sums, counts, where in (
        (signs.sum(), np.abs(signs).sum(), "in all steps"),
        (signs.sum((1, 2)), np.abs(signs).sum((1, 2)), "in step {}"),
    ):
        sums, counts = np.atleast_1d(sums), np.atleast_1d(counts)
        worst = int(np.argmax(np.abs(sums) - FARTHEST * np.sqrt(counts)))
        share = (1 - sums[worst] / max(counts[worst], 1)) / 2
        expect(
            is_balanced(sums, counts),
            f"{where.format(worst + 1)} of training {P:.0%} of the hidden activations to be "
            "dropped",
            f"{share:.0%}",
            LOOK,
            known,
        )


def expect_independent(signs: np.ndarray) -> None:
    """Fail unless signs (S, N, V) are independent of each other."""
    expect_balanced(signs.sum(1), np.abs(signs).sum(1), "the rows of a batch")
    turned = {"steps": signs, "rows": signs.swapaxes(0, 1), "units": signs.transpose(2, 0, 1)}
    for what, parts in turned.items():
        flat = parts.reshape(len(parts), -1)
        expect_balanced(flat.sum(1), np.abs(flat).sum(1), f"single {what}")
        together, count = np.triu(flat @ flat.T, 1), np.triu(np.abs(flat) @ np.abs(flat).T, 1)
        expect_balanced(together, count, f"pairs of {what}")
        if what == "steps":
            for apart in range(1, len(flat)):
                sums, counts = together.diagonal(apart).sum(), count.diagonal(apart).sum()
                expect_balanced(sums, counts, f"steps with {apart - 1} between them")
    for axis in range(3):
        expect_uneven(signs.sum(axis), np.abs(signs).sum(axis))


def expect_blind(masks: list[Masks]) -> None:
    """Fail if what is dropped depends on what is there: on how large it is, or on its sign."""
    for what, by in (("small and large", np.abs), ("positive and negative", np.positive)):
        total = spread = 0.0
        for mask in masks:
            ranks = by(mask.hidden).argsort(None).argsort() / mask.hidden.size - 0.5
            ranks = ranks.reshape(mask.hidden.shape)[mask.is_clear]
            total += float(ranks.sum() - 2 * ranks[mask.is_dropped[mask.is_clear]].sum())
            spread += float((ranks**2).sum())
        expect_balanced(np.array(total), np.array(spread), f"{what} activations")


def expect_no_copies(signs: np.ndarray) -> None:
    """Fail if signs (S, N, V) are copies of each other, wherever they stand."""
    for table in tables_of(signs.astype(np.float32)):
        expect(
            excess_of_products(table) <= COPIES,
            "in training each hidden activation to be dropped by itself",
            "masks that are, in part, copies of each other",
            LOOK,
        )


def tables_of(signs: np.ndarray) -> Iterator[np.ndarray]:
    """Signs (S, N, V) as stacks of tables (A, B, C), B <= C: with each of the axes as a table's
    rows, and for each place along it."""
    for axis in range(3):
        turned = np.moveaxis(signs, axis, 0)
        yield turned.reshape(1, len(turned), -1)
        yield turned if turned.shape[1] <= turned.shape[2] else turned.swapaxes(1, 2)


def excess_of_products(table: np.ndarray) -> float:
    """How much larger the scalar products of rows of (A, B, C) signs are than those of independent
    ones, in deviations.

    Where some columns are copies of others, whichever they are, it shows in all pairs of rows. For
    a product P of n terms P² - n has the mean 0 and the variance 2·n·(n - 1), and those of two
    pairs are uncorrelated. Their sum is about normal where many pairs and many columns take part.
    """
    filled = np.abs(table)
    pairs = np.triu_indices(table.shape[1], 1)
    products, counts = (
        (each @ each.swapaxes(1, 2))[:, *pairs].astype(np.float64) for each in (table, filled)
    )
    variances = 2 * counts * (counts - 1)
    heights = filled.sum(axis=1, dtype=np.float64)
    if min(effective(variances), effective(heights * (heights - 1))) < ENOUGH_PAIRS:
        return 0.0
    return float((products**2 - counts).sum()) / math.sqrt(float(variances.sum()))


def expect_no_shifted_copies(signs: np.ndarray) -> None:
    """Fail if a unit's signs (S, N, V) are those of a unit some rows before, in the same step or in
    the one before; of the units that were followed in most steps."""
    signs = signs[:, :, np.abs(signs).any(axis=1).mean(axis=0) > 0.5]
    cells = signs.reshape(len(signs), -1).astype(np.float32)
    for apart in range(min(2, len(cells))):
        one, other = cells[: len(cells) - apart], cells[apart:]
        together, count = (
            (a.T @ b).reshape(signs.shape[1:] * 2).transpose(1, 3, 0, 2)  # (V, V, N, N)
            for a, b in ((one, other), (np.abs(one), np.abs(other)))
        )
        for shift in range(0 if apart else 1, signs.shape[1]):
            sums, counts = (
                each.diagonal(shift, 2, 3).sum(-1, dtype=np.float64) for each in (together, count)
            )
            expect_balanced(sums, counts, f"rows and units, shifted by {shift} and {apart} steps")


def expect_balanced(sums: np.ndarray, counts: np.ndarray, where: str) -> None:
    """Fail unless sums of so many signs are as small as chance makes them."""
    expect(
        is_balanced(sums, counts),
        "in training each hidden activation to be dropped by itself, anew in each step, with "
        f"probability {P:g}",
        f"masks that are not like that, looked at in {where}",
        LOOK,
    )


def is_balanced(sums: np.ndarray, counts: np.ndarray) -> bool:
    """Whether sums of so many signs are as small as chance makes them.

    Of n independent signs the sum is larger than FARTHEST·√n once in 8·10^11 times (Hoeffding).
    """
    return bool((np.abs(sums) <= FARTHEST * np.sqrt(counts)).all())
