"""Whether an order of many things is as irregular as a random one."""

from __future__ import annotations

import numpy as np

# Of the places at which a random order goes on with a neighbour there are two on average, of those
# at which it goes on a given number further, or leaves a thing in its place, one; all by Poisson
# distributions: 25 or more of the former, 20 or more of the latter, once in 10^16 orders of 1000.
NEIGHBOURS = 25
ALIKE = 20
# Of a correlation, whose variance is 1 / (n - 1): of 60 things or more once in 10^11 orders.
DEVIATIONS = 7.0


def is_whole(order: np.ndarray) -> bool:
    """Whether each of the numbers below n is in (n,) once."""
    return np.array_equal(np.sort(order), np.arange(len(order)))


def regularity(order: np.ndarray) -> str:
    """What an order (n,) of 60 things or more shows that random ones don't; "" if nothing."""
    n = len(order)
    places = np.arange(n)
    steps = np.diff(order)
    if (near := int((np.abs(steps) == 1).sum())) >= NEIGHBOURS:
        return f"{near} of {n - 1} times two neighbours are neighbours still"
    further = np.bincount(steps % n, minlength=n)
    if further.max() >= ALIKE:
        return f"{further.max()} of {n - 1} times it goes {further.argmax()} further"
    if (still := int((order == places).sum())) >= ALIKE:
        return f"{still} of {n} stay where they were"
    # Of a random order one is back at once on average, and half a pair of two that change places.
    if is_whole(order) and (back := int((order[order] == places).sum())) >= NEIGHBOURS:
        return f"{back} of {n} are back where they were when they are put in this order twice"
    for seen, before, where in (
        (order, places, "far behind stay behind"),
        (order % 2, places % 2, "at every second place stay at every second"),
    ):
        correlation = float(np.corrcoef(seen, before)[0, 1])
        if abs(correlation) * np.sqrt(n - 1) > DEVIATIONS:
            return f"those {where} (a correlation of {correlation:.2f})"
    return ""
