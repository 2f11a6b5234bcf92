"""What batch normalisation keeps in the run that trains, and what eval mode makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from grader.checks.kit.batch_statistics import (
    Normalisation,
    NormalisedPass,
    Statistics,
    expect_small_eps,
    scaled,
)
from grader.checks.kit.layers import Layers
from grader.checks.kit.probes import expect, show_apart
from grader.checks.kit.training_run import LOOK, expect_unchanged, near, units_steps
from grader.checks.misconceptions import Known, Mistake
from grader.checks.misconceptions.shared.common import SAME_LOGITS
from grader.checks.misconceptions.shared.trainings import same_for_all
from grader.grading.training import EPS, RevealedStep, Step, TrainingRun

SLOWEST = 0.01  # share by which a running statistic moves in a step
# Of the largest move in a row of statistics; of a few units' another kind of variance may pass too.
ROW_RTOL, UNITS_RTOL = 2e-3, 2e-2
READ_RTOL = 0.05  # of a statistic behind a nonlinearity that was read off up to scale and shift


def expect_kept_statistics(
    run: TrainingRun, layers: Layers, zero_scale: float, passes: Sequence[NormalisedPass]
) -> None:
    """Fail unless buffers are moving averages of the run's statistics, and eval mode uses them."""
    known = partial(named_logits, run)
    mean = follow(run.closely, passes, "mean")
    spreads = [] if mean is None else [follow(run.closely, passes, k, mean) for k in SPREADS]
    spread = next((found for found in spreads if found is not None), None)
    expect_moving(
        spread,
        "buffers that do not" if run.buffers else "none among the buffers",
        known,
    )
    assert mean is not None
    assert spread is not None
    expect_moving_in_each_step(run, layers, passes[-1].how, mean, spread)
    final = kept_by(run.buffers, run.sizes[1], run.steps[-1])
    expect_unchanged(run)
    expect(
        all(map(np.array_equal, run.buffers, run.steps[-1].buffers_after)),
        "running statistics that stay as they are in eval mode",
        "others after the network was measured",
        "Update them in train mode only.",
    )
    variance = SPREADS[spread.kind].variance(final[spread.number], final[mean.number])
    statistics = Statistics(final[mean.number].astype(np.float64), np.maximum(variance, 0))
    how = passes[-1].how
    if how.place == "after":  # which is known up to scale until here
        expect_small_eps(run.closely[-1], passes[-1], mean.scale)
    how = replace(how, eps=how.eps * abs(mean.scale) ** (1 if how.beside else 2))
    weights = scaled(layers.split(run.trained), zero_scale)
    kept_so = statistics, mean.scale, mean.shift
    passed = NormalisedPass(weights, how, run.unseen_images, kept=kept_so)
    predicted, seen = show_apart(passed.logits, run.unseen_logits)
    expect(
        near(run.unseen_logits, passed.logits, passed.error),
        "after the training, in eval mode, the logits of a hidden layer normalised by the running "
        f"statistics, here {predicted}",
        seen,
        LOOK,
        known,
    )


def named_logits(run: TrainingRun) -> Mistake | None:
    return SAME_LOGITS if same_for_all(run.unseen_logits) else None


def expect_moving(found: object, seen: str, known: Known | None = None) -> None:
    expect(
        found,
        "in training running statistics that move, in each step, by the same share of the way to "
        "the batch's mean and variance",
        seen,
        "In train mode every batch moves them, whether autograd records or not: "
        "running ← (1 - m)·running + m·batch's.",
        known,
    )


def expect_moving_in_each_step(
    run: TrainingRun, layers: Layers, how: Normalisation, mean: Followed, spread: Followed
) -> None:
    """Fail unless both statistics of the units that are followed moved in every step."""
    read_rtol = READ_RTOL if how.place == "after" else 0.0
    for units in units_steps(run, layers):
        w = units.weights
        u = units.step.images @ w["W1"].T + w.get("b1", np.float32(0))
        if how.place == "after":
            u = mean.scale * how.curve(u).value + mean.shift
        step, size = units.step, run.sizes[1]
        rows_before = kept_by(step.buffers_before, size, step, after=False)
        rows_after = kept_by(step.buffers_after, size, step)
        how_far = SPREADS[spread.kind]
        for kept, statistic in ((mean, u.mean(0)), (spread, how_far.of(u))):
            moving = kept.number < min(len(rows_before), len(rows_after))
            if moving:
                before = rows_before[kept.number][units.units]
                after = rows_after[kept.number][units.units]
                if kept is spread:
                    before, after = how_far.averaged(before), how_far.averaged(after)
                columns, off = (statistic - before)[:, None], read_rtol * np.abs(statistic).max()
                found = share_of(columns, before, after, UNITS_RTOL, float(off))
                moving = found is not None or is_there(statistic, before, after)
            expect_moving(moving, f"in step {units.step.number + 1} they do not")


@dataclass(frozen=True)
class Spread:
    """A statistic that, maybe with the mean, says how far a unit spreads."""

    of: Callable[[np.ndarray], np.ndarray]  # (N, H) -> (H,)
    variance: Callable[[np.ndarray, np.ndarray], np.ndarray]  # of it and the mean
    averaged: Callable[[np.ndarray], np.ndarray] = lambda kept: kept  # what moves, of what is kept


SPREADS = {
    "variance": Spread(lambda u: u.var(0), lambda v, m: v),
    "unbiased variance": Spread(lambda u: u.var(0, ddof=1), lambda v, m: v),
    "deviation": Spread(lambda u: u.std(0), lambda v, m: v**2),
    "unbiased deviation": Spread(lambda u: u.std(0, ddof=1), lambda v, m: v**2),
    "square": Spread(lambda u: (u**2).mean(0), lambda v, m: v - m**2),
    "root of variance": Spread(lambda u: u.var(0), lambda v, m: v**2, np.square),
    "root of unbiased variance": Spread(lambda u: u.var(0, ddof=1), lambda v, m: v**2, np.square),
}


@dataclass(frozen=True)
class Followed:
    """Which of all buffers' rows is a moving average of a statistic, whose u is scale·u + shift."""

    kind: str
    number: int
    scale: float
    shift: float


def follow(
    revealed: Sequence[RevealedStep],
    passes: Sequence[NormalisedPass],
    kind: str,
    other: Followed | None = None,
) -> Followed | None:
    """The row that follows a statistic in all steps, and that is not the `other` one."""
    size = passes[0].u.shape[1]
    free = passes[0].how.place == "after"
    averaged = (lambda row: row) if kind == "mean" else SPREADS[kind].averaged
    seen = [
        (
            list(map(averaged, kept_by(step.buffers_before, size, step, after=False))),
            list(map(averaged, kept_by(step.buffers_after, size, step))),
            passed.u.mean(0) if kind == "mean" else SPREADS[kind].of(passed.u),
            passed.u.mean(0),
        )
        for step, passed in zip((r.step for r in revealed), passes, strict=True)
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
            if not free and is_there(statistic, before[number], after[number]):
                continue
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
            return Followed(kind, number, float(scale), float(shift))
    return None


def is_there(statistic: np.ndarray, before: np.ndarray, after: np.ndarray) -> bool:
    """Whether a row that stays is where it would move to, as with weights that start at 0."""
    return np.array_equal(before, after) and bool((np.abs(statistic - before) < 1e-7).all())


def share_of(
    columns: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    rtol: float = ROW_RTOL,
    error: float = 0.0,
) -> np.ndarray | None:
    """The coefficients by which `columns` explain the move of a row; None if they don't.

    `error` is how far off the columns may be.
    """
    moved = after.astype(np.float64) - before
    found, *_ = np.linalg.lstsq(columns, moved, rcond=None)
    share = float(found[min(1, len(found) - 1)])
    off = np.abs(columns @ found - moved).max()
    rounding = 8 * EPS * max(np.abs(before).max(), np.abs(after).max())
    explained = off <= rtol * np.abs(moved).max() + rounding + error * share
    return found if explained and share > SLOWEST else None


def kept_by(
    buffers: Sequence[np.ndarray], size: int, step: Step, *, after: bool = True
) -> list[np.ndarray]:
    """All rows of buffers for `size` units before a step or after it, then what they are over the
    number of batches so far and over that of images, as sums are averaged."""
    rows = [row for buffer in buffers for row in rows_of(buffer, size)]
    batches = step.number + after
    counts = (batches, batches * len(step.images))
    return rows + [row / max(count, 1) for count in counts for row in rows]


def rows_of(buffer: np.ndarray, size: int) -> list[np.ndarray]:
    """What a buffer holds for `size` units: a row of numbers, or some."""
    if buffer.size == 0 or buffer.size % size or buffer.size > 4 * size:
        return []
    if buffer.shape[-1] == size or buffer.size == size:
        return list(buffer.reshape(-1, size))
    return list(buffer.reshape(size, -1).T) if buffer.shape[0] == size else []
