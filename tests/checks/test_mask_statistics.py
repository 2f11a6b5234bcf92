"""Statistics of masks: independent ones pass in hundreds of runs, and each kind of others fails."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.kit.mask_statistics import (
    expect_no_column_again,
    expect_no_patterns,
    expect_no_triples,
    expect_one_rate,
    expect_one_rate_of_images,
    surprise,
)
from grader.checks.kit.probes import Failure
from grader.grading.training.drawing import MANY_UNITS, UNITS, draw_neighbours, draw_units

STEPS, ROWS, HIDDEN = 50, 100, 160
Draw = Callable[[np.random.Generator], np.ndarray]  # of the signs (S, N, H) of all units
Seen = tuple[np.ndarray, np.ndarray, int]  # of those followed, of many in one step, and which


def anew(rng: np.random.Generator) -> np.ndarray:
    return rng.choice(np.array([-1, 1], np.int8), (STEPS, ROWS, HIDDEN))


def looked_at(rng: np.random.Generator, signs: np.ndarray, told: float) -> Seen:
    """What is seen of a run: of a share `told` of the places whether it was dropped."""
    followed = np.zeros(signs.shape)
    met_again = draw_neighbours(rng, HIDDEN)
    for step in range(STEPS):
        if step % 10 == 0:
            units = draw_units(rng, HIDDEN, UNITS, met_again)
        followed[step][:, units] = signs[step][:, units]
    followed *= rng.random(followed.shape) < told
    step = int(rng.integers(STEPS))
    many = signs[step][:, np.sort(rng.choice(HIDDEN, MANY_UNITS, replace=False))]
    many = many * (rng.random(many.shape) < told)
    return followed[:, :, np.abs(followed).any((0, 1))], many, step


def judge(seen: Seen) -> None:
    followed, many, step = seen
    expect_one_rate((followed, many[None]))
    expect_one_rate_of_images(followed, np.arange(STEPS) % 10)
    expect_no_patterns(followed)
    expect_no_column_again(np.delete(followed, step, axis=0), many)
    expect_no_triples(many)


def own_rates(rng: np.random.Generator) -> np.ndarray:
    dropped = rng.random((STEPS, ROWS, HIDDEN)) < 0.5 + 0.1 * np.linspace(-1, 1, HIDDEN)
    return np.where(dropped, -1, 1)


def some_images_spared(rng: np.random.Generator) -> np.ndarray:
    spared = rng.random((10, ROWS)) < 0.04
    spared = np.tile(spared, (STEPS // 10, 1))[:, :, None]
    return np.where(spared, 1, rng.choice([-1, 1], (STEPS, ROWS, HIDDEN)))


def heap_of_rows(rng: np.random.Generator) -> np.ndarray:
    heap = rng.choice([-1, 1], (100, HIDDEN))
    return heap[rng.integers(len(heap), size=(STEPS, ROWS))]


def moved_on_from_epoch_to_epoch(rng: np.random.Generator) -> np.ndarray:
    first = rng.choice([-1, 1], (10, ROWS, HIDDEN))
    return np.concatenate([np.roll(first, 50 * epoch, axis=2) for epoch in range(5)])


def every_third_follows(rng: np.random.Generator) -> np.ndarray:
    signs = anew(rng)
    signs[:, :, 2::3] = signs[:, :, :-2:3] * signs[:, :, 1:-1:3]
    return signs


@pytest.mark.parametrize("told", [1.0, 0.5, 0.03])
def test_independent_masks_pass(told: float) -> None:
    rng = np.random.default_rng(1)
    for _ in range(4):
        judge(looked_at(rng, anew(rng), told))


def test_a_surprise_is_as_rare_as_it_says() -> None:
    rng = np.random.default_rng(2)
    counts = np.repeat([1, 4, 30, 1000], 5)
    sums = 2 * rng.binomial(counts, 0.5, (20_000, len(counts))) - counts
    surprises = np.array([surprise(each, counts) for each in sums])
    for nats in (1, 2, 4, 6):
        assert (surprises > nats).mean() <= np.exp(-nats)


@pytest.mark.parametrize(
    ("draw", "caught"),
    # Of six runs: what is met again, and which units are looked at, is drawn.
    [
        (own_rates, 6),
        (some_images_spared, 6),
        (heap_of_rows, 6),
        (moved_on_from_epoch_to_epoch, 6),
        (every_third_follows, 6),
    ],
)
def test_other_masks_fail(draw: Draw, caught: int) -> None:
    rng = np.random.default_rng(3)
    failed = 0
    for _ in range(6):
        try:
            judge(looked_at(rng, draw(rng), 0.9))
        except Failure:
            failed += 1
    assert failed >= caught


@pytest.mark.parametrize(("axis", "what"), [(0, "steps"), (1, "rows"), (2, "units")])
def test_rates_of_their_own_are_told_by_who_has_them(axis: int, what: str) -> None:
    rng = np.random.default_rng(4)
    rates = 0.5 + 0.1 * np.linspace(-1, 1, 40)
    rates = rates.reshape([-1 if each == axis else 1 for each in range(3)])
    signs = np.where(rng.random((40, 40, 40)) < rates, -1, 1)
    with pytest.raises(Failure, match=f"{what} of which some are dropped more often"):
        expect_one_rate([signs])
