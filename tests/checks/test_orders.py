"""Orders that are judged: random ones pass, and what only looks like one does not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.kit.orders import regularity

Make = Callable[[np.random.Generator, int], np.ndarray]  # of n things
SIZES = (60, 99, 784, 1000)


@pytest.mark.parametrize("count", SIZES)
def test_random_orders_show_nothing(count: int) -> None:
    rng = np.random.default_rng(1)
    assert {regularity(rng.permutation(count)) for _ in range(2000)} == {""}


def swap_pairs(order: np.ndarray) -> np.ndarray:
    swapped = np.arange(len(order))
    one, other = order[: len(order) // 2 * 2].reshape(2, -1)
    swapped[one], swapped[other] = other, one
    return swapped


REGULAR: dict[str, Make] = {
    "as it was": lambda rng, n: np.arange(n),
    "backwards": lambda rng, n: np.arange(n)[::-1],
    "started elsewhere": lambda rng, n: np.roll(np.arange(n), int(rng.integers(1, n))),
    "every eleventh": lambda rng, n: (np.arange(n) * 11 + 3) % n,
    "batches of five": lambda rng, n: (
        rng.permutation(n // 5 * 5).reshape(-1, 5)[:, :1] // 5 * 5 + np.arange(5)
    ),
    "half of it stays": lambda rng, n: np.concatenate(
        [np.arange(n // 2), n // 2 + rng.permutation(n - n // 2)]
    ),
    "near its place": lambda rng, n: np.argsort(np.arange(n) + rng.uniform(0, n / 4, n)),
    "near the other end": lambda rng, n: np.argsort(rng.uniform(0, n / 4, n) - np.arange(n)),
    "pairs that change places": lambda rng, n: swap_pairs(rng.permutation(n)),
    "even and odd by turns": lambda rng, n: (
        2 * rng.permutation(n // 2)[:, None] + np.arange(2)
    ).ravel(),
}


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("make", REGULAR.values(), ids=REGULAR)
def test_regular_orders_are_told(make: Make, count: int) -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        assert regularity(make(rng, count).ravel())
