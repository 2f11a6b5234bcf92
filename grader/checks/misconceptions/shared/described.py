"""What an optimizer's steps show where no known mistake explains them: the terms that they sum up,
or which of them are right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from grader.checks.kit.optimizers import Arrays, Rule, Trial, agrees
from grader.checks.misconceptions import Mistake, filled

OTHER_WEIGHTS = Mistake(
    "other weights",
    "Step {number} is lr·({seen}) here, and should be lr·({wanted}){legend}.",
)
NOTHING_DIVIDES = Mistake(
    "nothing divides",
    "Step {number} is lr·({seen}) here{legend}: a sum of gradients, which nothing scales by their "
    "size.",
)
FIRST_STEP_RIGHT = Mistake(
    "later steps wrong",
    "The first step is right, and step {number} is not: look at what is carried from one step to "
    "the next, at how it is kept and what it is computed from.",
)
SUMMED_STEPS = 3
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def describe(rules: Sequence[Rule], trials: Sequence[Trial], remembers: bool) -> Mistake | None:
    """What steps show that no known mistake explains, where `rules` are the right ones."""
    return as_a_sum(rules[0], trials, remembers) or first_step_right(rules, trials)


def as_a_sum(rule: Rule, trials: Sequence[Trial], remembers: bool) -> Mistake | None:
    """What gradients and parameters are weighted with, where every step is a sum of them."""
    sums = [list(weights_of(trial, ways_seen(trial), remembers)) for trial in trials]
    if any(weights is None for each in sums for weights in each):
        return None
    for trial, seen in zip(trials, sums, strict=True):
        right = replace(
            trial,
            followed=[
                (start, rule(start, gradients, **trial.options), gradients)
                for start, _, gradients in trial.followed
            ],
        )
        wanted = list(weights_of(right, ways_seen(right), remembers))
        for step, (mine, asked) in enumerate(zip(seen, wanted, strict=True)):
            assert mine is not None
            values = {"number": step + 1, "seen": in_terms(mine, remembers)}
            legend = (
                f", g{'₁' if remembers else ''} being the {'first ' if remembers else ''}gradient"
            )
            if asked is None:
                return filled(NOTHING_DIVIDES, legend=legend, **values)
            if np.abs(mine - asked).max() > 0.01 * np.abs(asked).max():
                told = in_terms(asked, remembers)
                return filled(OTHER_WEIGHTS, wanted=told, legend=legend, **values)
    return None


def ways_seen(trial: Trial) -> list[Arrays]:
    """Where each parameter was before the first step and after each, in float64."""
    return [[a.astype(np.float64) for a in (start, *seen)] for start, seen, _ in trial.followed]


def weights_of(
    trial: Trial, ways: Sequence[Arrays], remembers: bool
) -> Iterator[np.ndarray | None]:
    """By step, what its terms are multiplied by besides lr; None: it is no sum of them.

    The terms are the gradients so far, the first one first, or this step's and the parameter.
    """
    for step in range(min(SUMMED_STEPS, len(ways[0]) - 1)):
        moved = np.concatenate([(way[step] - way[step + 1]).ravel() for way in ways])
        given = [[g.ravel() for g in gradients[: step + 1]] for _, _, gradients in trial.followed]
        if not remembers:
            given = [[g[-1], way[step].ravel()] for g, way in zip(given, ways, strict=True)]
        terms = np.stack([np.concatenate(term) for term in zip(*given, strict=True)], axis=1)
        weights = np.linalg.lstsq(terms.astype(np.float64), moved, rcond=None)[0]
        rounding = 2.0**-21 * max(float(np.abs(way[step]).max(initial=0)) for way in ways)
        room = 1e-3 * np.abs(moved) + rounding
        fits = bool((np.abs(terms @ weights - moved) <= room).all())
        yield weights / trial.options["lr"] if fits else None


def in_terms(weights: np.ndarray, remembers: bool) -> str:
    """A sum as it is written: 0.9·g₁ + g₂, or g + 0.1·p."""
    names = [f"g{n}".translate(SUBSCRIPTS) for n in range(1, len(weights) + 1)]
    largest = np.abs(weights).max()
    terms = [
        name if abs(weight - 1) < 5e-4 else f"{weight:.3g}·{name}"
        for weight, name in zip(weights, names if remembers else ["g", "p"], strict=True)
        if abs(weight) > 1e-3 * largest
    ]
    return " + ".join(terms).replace("+ -", "- ") or "0"


def first_step_right(rules: Sequence[Rule], trials: Sequence[Trial]) -> Mistake | None:
    """Where one of `rules` is followed at first, and then no longer."""
    for rule in rules:
        right = [steps_right(rule, trial) for trial in trials]
        if min(right) > 0:
            return filled(FIRST_STEP_RIGHT, number=min(right) + 1)
    return None


def steps_right(rule: Rule, trial: Trial) -> int:
    """How many of the first steps are `rule`'s, for all parameters."""
    count = len(trial.followed[0][1])
    return sum(
        all(
            agrees(start, seen[:steps], rule(start, gradients[:steps], **trial.options))
            for start, seen, gradients in trial.followed
        )
        for steps in range(1, count + 1)
    )
