"""What of a run is looked at: drawn when it can no longer be prepared for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.grading.training.loop import TRAINING_SIZES
from grader.sandbox.client import Parameter

REVEALED = 3  # steps that are looked at closely, besides the first
ENTRIES = 40  # of each parameter
UNITS = 6  # followed in an epoch
NEIGHBOURS = 4  # of these: units side by side, that are met again in each
MANY_UNITS = 96  # in one step
STEADY_UNITS = 64  # followed through a run, of a student's optimizer
ROWS = 100  # of all revealed steps, whose logits are compared
NUM_HIDDEN = TRAINING_SIZES[1]


@dataclass(frozen=True)
class Plan:
    """What is drawn before the first step; what it leaves open is drawn when steps are over."""

    recorded: np.ndarray  # (K,) int64: coordinates in all steps; none where units are followed
    units: int  # how many are followed; 0: some entries of each parameter instead
    met_again: np.ndarray  # of these units those that are followed in every epoch
    revealed: set[int]  # numbers of steps
    closely: set[int]  # of these
    wide: int | None  # of these the one in which many units are looked at

    @property
    def rows(self) -> int:
        """How many of a revealed step's rows are compared."""
        return -(-ROWS // len(self.revealed))

    def draw_followed(
        self, rng: np.random.Generator, parameters: Sequence[Parameter]
    ) -> np.ndarray:
        """The coordinates (K,) at which the steps that are over are followed."""
        if not self.units:
            return draw_coordinates(rng, parameters)
        return entries_of(draw_units(rng, NUM_HIDDEN, self.units, self.met_again), parameters)


def draw_plan(
    rng: np.random.Generator,
    parameters: Sequence[Parameter],
    *,
    epochs: int,
    kept: int,
    batches: int,
    units: bool,
    meet_again: bool,
    student_optimizer: bool,
) -> Plan:
    """What is looked at of `epochs` of `batches` steps each, of which the worker keeps `kept`
    epochs at a time; for the others see `run_training`."""
    recorded = draw_coordinates(rng, [] if units else parameters)
    met_again = draw_neighbours(rng, NUM_HIDDEN) if meet_again else np.empty(0, np.int64)
    revealed = draw_steps(rng, epochs, kept, batches)
    closely = {0, *rng.choice(sorted(revealed - {0}), REVEALED, replace=False).tolist()}
    return Plan(
        recorded,
        (STEADY_UNITS if student_optimizer else UNITS) if units else 0,
        met_again,
        revealed,
        closely,
        int(rng.choice(sorted(closely - {0}))) if units and not student_optimizer else None,
    )


def draw_steps(rng: np.random.Generator, epochs: int, kept: int, batches: int) -> set[int]:
    """The first of all steps, and as many others from each `kept` epochs; at least REVEALED.

    What is revealed when these are over tells nothing of the next ones: there, too, no step is safe
    from being looked at.
    """
    size = kept * batches
    parts = -(-REVEALED * kept // epochs)
    drawn = {0}
    for first in range(0, epochs * batches, size):
        ends = np.linspace(first or 1, first + size, parts + 1).astype(int)
        drawn |= {int(rng.integers(a, b)) for a, b in itertools.pairwise(ends)}
    return drawn


def draw_coordinates(rng: np.random.Generator, parameters: Sequence[Parameter]) -> np.ndarray:
    """Up to ENTRIES of each parameter, as they count through all of them; sorted."""
    drawn, start = [np.empty(0, np.int64)], 0
    for parameter in parameters:
        size = 0 if parameter.value is None else parameter.value.size
        drawn.append(start + np.sort(rng.integers(0, max(size, 1), min(ENTRIES, size))))
        start += size
    return np.concatenate(drawn)


def draw_neighbours(rng: np.random.Generator, num_hidden: int) -> np.ndarray:
    """NEIGHBOURS units side by side; the order goes round, so that the first is any."""
    return (int(rng.integers(num_hidden)) + np.arange(NEIGHBOURS)) % num_hidden


def draw_units(
    rng: np.random.Generator, num_hidden: int, count: int, met_again: np.ndarray
) -> np.ndarray:
    """`count` hidden units to follow, sorted: those that are `met_again`, and any others."""
    others = np.setdiff1d(np.arange(num_hidden), met_again)
    fresh = rng.choice(others, count - len(met_again), replace=False)
    return np.sort(np.concatenate([met_again, fresh]))


def entries_of(units: np.ndarray, parameters: Sequence[Parameter]) -> np.ndarray:
    """All entries of these hidden units, and the first ENTRIES of what belongs to no unit, as they
    count through all parameters; sorted."""
    drawn, start = [np.empty(0, np.int64)], 0
    for parameter in parameters:
        if parameter.value is None:
            continue
        shape, size = parameter.value.shape, parameter.value.size
        if shape.count(NUM_HIDDEN) == 1:
            chosen = [units if n == NUM_HIDDEN else np.arange(n) for n in shape]
            entries = np.ravel_multi_index(np.ix_(*chosen), shape).ravel()
        else:
            entries = np.arange(min(ENTRIES, size))
        drawn.append(start + entries)
        start += size
    return np.concatenate(drawn)
