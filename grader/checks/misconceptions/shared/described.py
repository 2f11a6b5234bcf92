"""What an optimizer's steps show where no known mistake explains them: the terms that they sum up,
or which of them are right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from grader.checks.kit.optimizers import Arrays, Rule, Trial, steps_agreed
from grader.checks.misconceptions import Mistake, filled
from grader.checks.misconceptions.shared.first_step import cut_off, describe_first_step

OTHER_WEIGHTS = Mistake(
    "other weights",
    "Step {number} is lr·({seen}) here, and should be lr·({wanted}){legend}.",
)
NOTHING_DIVIDES = Mistake(
    "nothing divides",
    "Step {number} is lr·({seen}) here{legend}: a sum of gradients, which nothing scales by their "
    "size.",
)
FIRST_STEPS_RIGHT = Mistake(
    "later steps wrong",
    "{right}, and step {number} is not: look at what is carried from one step to the next, at how "
    "it is kept and what it is computed from.",
)
FIRST_STEPS_ALONE_RIGHT = Mistake(
    "later steps wrong",
    "{right}, and step {number} is not: something is carried from one step to the next here, or "
    "counted, and this rule needs neither, but the step's own gradient and p as it is.",
)
ONLY_LR = Mistake(
    "step along the sign",
    "In every step all entries move by lr, to one side or the other: only the sign of something is "
    "stepped along.",
)
SOME_STAY = Mistake(
    "some entries stay",
    "In step {number} some entries stay where they are, and all others are stepped right: the rule "
    "moves every entry.",
)
SUMMED_STEPS = 3
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def describe(
    rules: Sequence[Rule], trials: Sequence[Trial], remembers: bool, first: str
) -> Mistake | None:
    """What steps show that no known mistake explains, where `rules` are the right ones and `first`
    is their first step, in words."""
    nearest = min(rules, key=lambda rule: first_step_off(rule, trials))
    summed = as_a_sum(nearest, trials, remembers)
    if summed is not None:
        return summed
    cut = cut_off(nearest, trials)
    if cut is not None:
        return cut
    if all(map(moves_by_lr, trials)):
        return ONLY_LR
    right = [[steps_right(rule, trial) for trial in trials] for rule in rules]
    if any(map(min, right)):
        return some_stay(nearest, trials) or first_steps_right(right, trials, remembers)
    return describe_first_step(nearest, trials, first)


def first_step_off(rule: Rule, trials: Sequence[Trial]) -> float:
    """How far the first steps are from `rule`'s, as a share of those."""
    off = 0.0
    for trial in trials:
        for start, way, gradients in trial.followed:
            wanted = rule(start, gradients[:1], **trial.options)[0]
            size = max(float(np.abs(wanted - start).max(initial=0)), 1e-300)
            off += float(np.abs(way[0] - wanted).max(initial=0)) / size
    return off


def moves_by_lr(trial: Trial) -> bool:
    """Whether every entry moves by lr in every step, or, where a sign is 0, not at all."""
    lr = trial.options["lr"]
    for way in ways_seen(trial):
        for before, after in pairwise(way):
            moved, rounding = np.abs(after - before), 2.0**-21 * np.abs(before)
            if (np.minimum(np.abs(moved - lr), moved) > 1e-4 * lr + rounding).any():
                return False
    return True


def some_stay(rule: Rule, trials: Sequence[Trial]) -> Mistake | None:
    """Where up to some step all entries either went the rule's way or stayed in that step."""
    for trial in trials:
        ways = [
            ([start, *way], [start, *rule(start, gradients, **trial.options)])
            for start, way, gradients in trial.followed
        ]
        for step in range(len(trial.followed[0][1])):
            stay = 0
            for path, wanted in ways:
                moved = path[step + 1].astype(np.float64) - path[step]
                asked = np.asarray(wanted[step + 1] - wanted[step], np.float64)
                rounding = 2.0**-21 * np.abs(path[step]) + 1e-3 * np.abs(asked)
                stays = (moved == 0) & (np.abs(asked) > 2 * rounding)
                if (np.abs(moved - asked)[~stays] > rounding[~stays]).any():
                    return None
                stay += int(stays.sum())
            if stay:
                return filled(SOME_STAY, number=step + 1)
    return None


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


def first_steps_right(
    right: Sequence[Sequence[int]], trials: Sequence[Trial], remembers: bool
) -> Mistake | None:
    """Where a rule is followed at first, and then no longer; `right` says by rule and trial how
    many of the first steps are."""
    for counts in right:
        ends = [n for n, trial in zip(counts, trials, strict=True) if n < len(trial.followed[0][1])]
        if ends and min(ends) > 0:
            count = min(ends)
            those = "step is" if count == 1 else f"{count} steps are"
            mistake = FIRST_STEPS_RIGHT if remembers else FIRST_STEPS_ALONE_RIGHT
            return filled(mistake, right=f"The first {those} right", number=count + 1)
    return None


def steps_right(rule: Rule, trial: Trial) -> int:
    """How many of the first steps are `rule`'s, for all parameters."""
    return min(
        steps_agreed(start, seen, rule(start, gradients, **trial.options))
        for start, seen, gradients in trial.followed
    )
