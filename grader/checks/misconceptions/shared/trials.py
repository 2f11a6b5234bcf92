"""What several optimizers' catalogues share beyond a rule of their own: right steps on gradients
that were changed first, with the arguments exchanged, of another length, or of some parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import permutations
from typing import NamedTuple

import numpy as np

from grader.checks.kit.optimizers import Arrays, Rule, Trial, Way, agrees, explains
from grader.checks.misconceptions import Mistake, filled, only
from grader.checks.misconceptions.shared.described import describe
from grader.checks.misconceptions.shared.steps import WrongRule, explanations, recognise

# From one step's gradients, of all parameters, to those that are stepped with.
Change = Callable[[Arrays], Arrays]


class WrongWhole(NamedTuple):
    """A mistake that no parameter shows by itself: whether it explains all of them together."""

    name: str
    says: str
    explains: Callable[[Trial], bool]


def recognise_update(
    rules: Sequence[Rule],
    wrong_rules: Sequence[WrongRule],
    trials: Sequence[Trial],
    wholes: Sequence[WrongWhole] = (),
    *,
    first: str,
    remembers: bool = True,
    described: bool = True,
) -> Mistake | None:
    """The one mistake that explains every trial.

    The catalogue is asked first, then what is tried with the right rules.

    Args:
        rules: the right ones.
        first: what the first step is, in words.
        remembers: whether a step depends on the gradients before it; otherwise it may depend on
            the parameter.
        described: say what the steps show where no mistake explains them.
    """
    found = explanations([*wrong_rules, *map(zeros_passed_over, rules)], trials)
    found += [Mistake(w.name, w.says) for w in wholes if all(map(w.explains, trials))]
    if found:
        return only(found)
    named = only(
        [
            *changed_gradients(rules, trials),
            *exchanged_arguments(rules, trials),
            *other_lengths(rules, trials, remembers),
        ]
    )
    named = named or on_some_parameters(rules, wrong_rules, trials, remembers)
    if named or not described:
        return named
    return describe(rules, trials, remembers, first)


def follows_one(rules: Sequence[Rule], trials: Sequence[Trial]) -> bool:
    """Whether one and the same of `rules` explains every trial."""
    return any(all(explains(rule, trial) for trial in trials) for rule in rules)


# ---------------------------------------------------------------- gradients


def zeros_passed_over(rule: Rule) -> WrongRule:
    """`rule`, but for the steps in which a parameter's gradients are all 0."""

    def steps(start: np.ndarray, given: Arrays, **options: float) -> Arrays:
        stepped = iter(rule(start, [g for g in given if g.any()], **options))
        way, there = [], start
        for gradient in given:
            there = next(stepped) if gradient.any() else there
            way.append(there)
        return way

    return WrongRule(
        "all-zero gradients passed over",
        "A parameter whose gradients are all 0 in a step is left as it is: the rule moves it all "
        "the same. Only where p.grad is None is there nothing to do.",
        steps,
    )


CLIPPED_BY_NORM = Mistake(
    "gradients clipped",
    "The gradients are clipped to a norm of {limit:g} before the step: the rule takes them as they "
    "are.",
)
CLIPPED_BY_VALUE = Mistake(
    "gradients clipped",
    "The gradients' entries are clipped to {limit:g} before the step: the rule takes them as they "
    "are.",
)
NORMALISED = Mistake(
    "gradients normalised",
    "The gradients are divided by their norm before the step: the rule takes them as they are.",
)
ONLY_SIGNS = Mistake(
    "sign of the gradient",
    "Only the gradients' signs are stepped with: their sizes count as well.",
)
ADD_UP = Mistake(
    "gradients add up",
    "The gradients of all steps so far are added up: each step takes its own, p.grad as it is.",
)
AVERAGED = Mistake(
    "gradients averaged",
    "The gradients of all steps so far are averaged, and their mean stepped with: each step takes "
    "its own, p.grad as it is.",
)
LIMITS = (1.0, 0.5, 5.0, 0.1, 10.0, 2.0, 0.25, 3.0, 0.01, 100.0, 0.05, 50.0)


def norm_of(gradients: Arrays) -> float:
    return float(np.sqrt(sum(float((g.astype(np.float64) ** 2).sum()) for g in gradients)))


def clipped_together(limit: float, gradients: Arrays) -> Arrays:
    """As torch's clip_grad_norm_ does."""
    factor = min(1.0, limit / (norm_of(gradients) + 1e-6))
    return [g * factor for g in gradients]


def clipped_each(limit: float, gradients: Arrays) -> Arrays:
    return [clipped_together(limit, [g])[0] for g in gradients]


def clipped_entries(limit: float, gradients: Arrays) -> Arrays:
    return [np.clip(g, -limit, limit) for g in gradients]


def changes() -> Iterator[tuple[Mistake, Change]]:
    for limit in LIMITS:
        for change in (clipped_together, clipped_each):
            yield filled(CLIPPED_BY_NORM, limit=limit), partial(change, limit)
        yield filled(CLIPPED_BY_VALUE, limit=limit), partial(clipped_entries, limit)
    yield NORMALISED, lambda gradients: [g / max(norm_of([g]), 1e-12) for g in gradients]
    yield NORMALISED, lambda gradients: [g / max(norm_of(gradients), 1e-12) for g in gradients]
    yield ONLY_SIGNS, lambda gradients: [np.sign(g) for g in gradients]


def changed_gradients(rules: Sequence[Rule], trials: Sequence[Trial]) -> Iterator[Mistake]:
    for mistake, change in changes():
        if follows_one(rules, [with_gradients(trial, change) for trial in trials]):
            yield mistake
            return  # where all gradients are clipped, they are normalised as well
    for mistake, mean in ((ADD_UP, False), (AVERAGED, True)):
        if follows_one(rules, [added_up(trial, mean=mean) for trial in trials]):
            yield mistake


def with_gradients(trial: Trial, change: Change) -> Trial:
    """The same, as if other gradients had been given."""
    steps = zip(*(gradients for _, _, gradients in trial.followed), strict=True)
    changed = [change(list(gradients)) for gradients in steps]
    followed: list[Way] = [
        (start, seen, [step[number] for step in changed])
        for number, (start, seen, _) in enumerate(trial.followed)
    ]
    return replace(trial, followed=followed)


def added_up(trial: Trial, *, mean: bool) -> Trial:
    """The same, as if each step had been given the sum of all gradients so far, or their mean."""

    def summed(gradients: Arrays) -> Arrays:
        sums = np.cumsum(gradients, axis=0, dtype=np.float64)
        return [total / (step if mean else 1) for step, total in enumerate(sums, start=1)]

    followed: list[Way] = [
        (start, seen, summed(gradients)) for start, seen, gradients in trial.followed
    ]
    return replace(trial, followed=followed)


# ---------------------------------------------------------------- arguments


def exchanged_arguments(rules: Sequence[Rule], trials: Sequence[Trial]) -> Iterator[Mistake]:
    """Each argument taken for another one."""
    names = sorted(trials[0].options)
    if any(sorted(trial.options) != names for trial in trials):
        return
    for order in permutations(names):
        if list(order) == names:
            continue
        exchanged = [
            replace(
                trial,
                options={
                    name: trial.options[given] for name, given in zip(names, order, strict=True)
                },
            )
            for trial in trials
        ]
        if follows_one(rules, exchanged):
            says = (
                f"{' and '.join(names)} are exchanged: each is used where the other belongs. Pass "
                "them on by name."
            )
            yield Mistake("arguments exchanged", says)


# ---------------------------------------------------------------- lengths


def other_lengths(
    rules: Sequence[Rule], trials: Sequence[Trial], remembers: bool
) -> Iterator[Mistake]:
    """Right steps, all entries of a step longer or shorter by the same factor."""
    for rule in rules:
        found = [factors(rule, trial, remembers) for trial in trials]
        seen = [factor for each in found if each for factor in each]
        if all(found) and max(abs(factor - 1) for factor in seen) > 0.01:
            step = next(n for n, factor in enumerate(seen) if abs(factor - 1) > 0.01)
            number = step % len(found[0] or seen) + 1
            way = "along the right line" if min(seen) < 0 else "the right way"
            back = " and goes back" if seen[step] < 0 else ""
            says = (
                f"The steps go {way}, but are not as long as lr says: step {number} is "
                f"{abs(seen[step]):.3g} times as long as it should be{back}."
            )
            if max(seen) - min(seen) > 0.01:
                says += " That changes from step to step: look at what is counted there."
            yield Mistake("steps of another length", says)


def factors(rule: Rule, trial: Trial, remembers: bool) -> list[float] | None:
    """By step, how many times as long as `rule`'s from the same place all of its moves are."""
    found = []
    for step in range(len(trial.followed[0][1])):
        moved, wanted, rounding = (
            np.concatenate(parts)
            for parts in zip(
                *(moves(rule, trial, way, step, remembers) for way in trial.followed), strict=True
            )
        )
        size = float(wanted @ wanted)
        if size == 0:
            return None
        factor = float(moved @ wanted) / size
        if not (np.abs(moved - factor * wanted) <= 2e-4 * np.abs(factor * wanted) + rounding).all():
            return None
        found.append(factor)
    return found


def moves(
    rule: Rule, trial: Trial, way: Way, step: int, remembers: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What one parameter moved by in a step, what `rule` moves it by, and what rounding can make
    of it; each flat."""
    start, seen, gradients = way
    before = (start if step == 0 else seen[step - 1]).astype(np.float64)
    if remembers:
        path = [start.astype(np.float64), *rule(start, gradients[: step + 1], **trial.options)]
    else:
        path = [before, *rule(before, gradients[step : step + 1], **trial.options)]
    rounding = 2.0**-22 * np.maximum(np.abs(before), np.abs(seen[step]))
    return (seen[step] - before).ravel(), (path[-1] - path[-2]).ravel(), rounding.ravel()


# ---------------------------------------------------------------- some of the parameters

NOT_MOVED = WrongRule(
    "not moved",
    "They stay where they are.",
    lambda start, gradients, **options: [start.astype(np.float64)] * len(gradients),
)


def on_some_parameters(
    rules: Sequence[Rule],
    wrong_rules: Sequence[WrongRule],
    trials: Sequence[Trial],
    remembers: bool,
) -> Mistake | None:
    """A mistake of the catalogue that some parameters show, the others being stepped right."""
    for rule in rules:
        others = [wrong_ways(rule, trial) for trial in trials]
        concerned = [replace(t, followed=ways) for t, ways in zip(trials, others, strict=True)]
        concerned = [trial for trial in concerned if trial.followed]
        if not concerned or all(
            len(trial.followed) == len(ways) for trial, ways in zip(trials, others, strict=True)
        ):
            continue
        mistake = (
            recognise([NOT_MOVED], concerned)
            or recognise(wrong_rules, concerned)
            or only(other_lengths([rule], concerned, remembers))
        )
        if mistake is not None:
            which = (
                "Other parameters are stepped right, and all of these are not."
                if len(others[0]) == len(trials[0].followed)
                else f"Some parameters are stepped right, and others "
                f"({named_ways(trials[0].followed, others[0])}) are not."
            )
            return Mistake("some parameters only", f"{which} {mistake.says}")
    return None


def wrong_ways(rule: Rule, trial: Trial) -> list[Way]:
    return [
        way
        for way in trial.followed
        if not agrees(way[0], way[1], rule(way[0], way[2], **trial.options))
    ]


def named_ways(ways: Sequence[Way], wrong: Sequence[Way]) -> str:
    """Which of the parameters that went `ways` the `wrong` ones are."""
    numbers = [n for n, way in enumerate(ways) if any(way is other for other in wrong)]
    last = len(ways) - 1
    vectors = [n for n, (start, _, _) in enumerate(ways) if start.ndim == 1]
    for which, meant in (
        ("the one-dimensional ones", vectors),
        ("those of two and more dimensions", [n for n in range(last + 1) if n not in vectors]),
        ("the first one", [0]),
        ("the last one", [last]),
        ("all but the first", list(range(1, last + 1))),
        ("all but the last", list(range(last))),
    ):
        if numbers == meant:
            return which
    return f"{len(numbers)} of {len(ways)}"
