"""Known mistakes in `random_search`: how settings are drawn otherwise, and which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from grader.checks.misconceptions import Mistake, filled, only
from grader.grading.plugin import Slip

Settings = dict[str, Any]
LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}
WEIGHT_DECAY_RANGE = (1e-8, 1e-4)
DROPOUT_RANGE = (0.1, 0.5)

ACCURACY_RETURNED = Mistake(
    "accuracy returned",
    "An accuracy is returned: what is asked for is the setting that reached it.",
)

MORE_RETURNED = Mistake(
    "more than the setting returned",
    "Several things are returned: the setting, one dict, is all that is asked for.",
)

NONE_CHOSEN = Mistake(
    "no setting chosen",
    "No setting is returned: a return is missing, or no trial is better than what the best "
    "accuracy starts from, which is to be less than any, such as -1.",
)
TOO_FEW = Mistake(
    "fewer trials than asked for",
    "evaluate is called less often than `trials` says: each trial draws a setting of its own, and "
    "tries it once.",
)

TIED = Mistake(
    "one draw for several numbers",
    "One random number serves both {what}: draw each anew, from the same generator.",
)
IN_TURN = Mistake(
    "optimizers in turn",
    "The optimizers take turns: which one a trial has is drawn as well, each time.",
)

# ---------------------------------------------------------------- the choice

BY_ANOTHER = Mistake(
    "chosen by another accuracy",
    'The accuracy on the {kind} images has a say in the choice: it is "valid" alone that decides.',
)
WORST = Mistake(
    "worst chosen",
    "The setting with the lowest validation accuracy is chosen: it is the highest.",
)
LAST = Mistake(
    "last setting returned",
    "The last setting is returned, whatever the accuracies: keep the best one with its accuracy, "
    "and make a new dict in each trial, as one that is changed is changed wherever it is kept.",
)
FIRST = Mistake(
    "first setting returned",
    "The first setting is returned, whatever the accuracies: compare each trial with the best so "
    "far, and keep the better one.",
)

SLIPS = (
    (
        r"^calling random_search raised KeyError",
        Slip(
            "key not in the accuracies",
            'What evaluate returns has the keys "train", "valid" and "test", and settings those of '
            "NAMES.",
        ),
    ),
    (
        r"RuntimeError: this was called more than \d+ times",
        Slip(
            "called too often",
            "evaluate is called more often than there are trials: call it once a setting, and keep "
            "what it says in a variable.",
        ),
    ),
    (
        r"Answering\.__call__\(\) got an unexpected keyword argument",
        Slip(
            "settings unpacked",
            "evaluate takes the settings as one dict: evaluate(settings), without the stars.",
        ),
    ),
    (
        r"not supported between instances of 'dict' and 'dict'",
        Slip(
            "dicts compared",
            "Two dicts are compared, as max and sort do with pairs whose first numbers are equal: "
            "compare by the number alone, key=lambda pair: pair[0].",
        ),
    ),
    (
        r"not supported between instances of (?:'dict'|'\w+' and 'dict')",
        Slip(
            "dict compared",
            "A dict of accuracies is compared as if it were a number: the one that decides is in "
            'it, ["valid"].',
        ),
    ),
)


def recognise_choice(
    chosen: int | None, accuracies: Sequence[dict[str, float]], tried: Sequence[Settings]
) -> Mistake | None:
    """Why trial `chosen` was returned; None: one that was not tried."""
    if chosen is None:
        return None
    if all(settings == tried[0] for settings in tried):
        return SAME_EACH_TRIAL
    highest = {kind: max(range(len(tried)), key=lambda i: accuracies[i][kind])
               for kind in ("train", "test")}  # fmt: skip
    found = [
        filled(BY_ANOTHER, kind=said) if chosen == highest[kind] else None
        for kind, said in (("train", "training"), ("test", "test"))
    ]
    if chosen == min(range(len(tried)), key=lambda i: accuracies[i]["valid"]):
        found.append(WORST)
    if chosen == len(tried) - 1:
        found.append(LAST)
    if chosen == 0:
        found.append(FIRST)
    return only(found)


# ---------------------------------------------------------------- the draws

UNIFORM = Mistake(
    "not by its logarithm",
    "{name} itself is drawn uniformly, so that most draws are large ones and small ones are hardly "
    "ever tried: draw its logarithm uniformly.",
)
LOGARITHMIC = Mistake(
    "a share drawn by its logarithm",
    "dropout is drawn by its logarithm: a share is drawn uniformly itself.",
)
BASES_MIXED = Mistake(
    "bases mixed",
    "A logarithm is undone by the power of another base: 10 ** x undoes log10, exp undoes log.",
)
RANGE_RAISED = Mistake(
    "ends taken for exponents",
    "The ends of the range are taken for exponents: what is drawn and then raised lies between "
    "their logarithms, log(low) and log(high).",
)
EXPONENT_KEPT = Mistake(
    "exponent in the number's place",
    "{name} is the exponent that was drawn: it is still to be raised, as in 10 ** exponent.",
)
OTHER_RANGE = Mistake(
    "another range",
    "{name} is drawn from about {seen_low:.2g} to {seen_high:.2g}: its range is {low:g} to "
    "{high:g}.",
)
ONE_RANGE = Mistake(
    "one learning rate range",
    "Both optimizers draw the learning rate from one range: each has its own in LR_RANGES.",
)
RANGES_EXCHANGED = Mistake(
    "ranges exchanged",
    "Each optimizer draws its learning rate from the other one's range.",
)
SAME_EACH_TRIAL = Mistake(
    "same in each trial",
    "Every trial has the same draw: the generator is made once, before the loop, and drawn from in "
    "it.",
)
FEW_VALUES = Mistake(
    "few values only",
    "The values of {name} repeat ({count} different in {draws} draws), as from a grid or with "
    "whole exponents: any number of the range can be drawn.",
)
ONE_OPTIMIZER = Mistake(
    "one optimizer only",
    "Every trial has the optimizer {name}: both are drawn, each as often as the other.",
)
UNEVEN = Mistake(
    "optimizers drawn unevenly",
    "{name} is drawn in about {share:.0%} of the trials: both optimizers are drawn equally often.",
)
SEED_WITHOUT_EFFECT = Mistake(
    "seed ignored",
    "What is drawn does not follow the seed, or a part of it only: make "
    "np.random.default_rng(seed) in the function, and draw everything from it.",
)


def recognise_optimizers(tried: Sequence[Settings]) -> Mistake:
    """Why the optimizers are not drawn equally often."""
    if repeats(tried):
        return SAME_EACH_TRIAL
    adam = float(np.mean([settings["optimizer"] == "adam" for settings in tried]))
    name, share = ("adam", adam) if adam > 0.5 else ("momentum", 1 - adam)
    return (
        filled(ONE_OPTIMIZER, name=name) if share == 1 else filled(UNEVEN, name=name, share=share)
    )


def recognise_range(name: str, tried: Sequence[Settings]) -> Mistake | None:
    """Why some of what was drawn is outside its range."""
    if name == "dropout":
        drawn_shares, (low, high) = drawn_of(tried, name), DROPOUT_RANGE
        return filled(
            OTHER_RANGE,
            name=name,
            seen_low=drawn_shares.min(),
            seen_high=drawn_shares.max(),
            low=low,
            high=high,
        )
    if name == "weight_decay":
        drawn_decays = drawn_of(tried, name)
        if looks_like_exponents(drawn_decays, WEIGHT_DECAY_RANGE):
            return filled(EXPONENT_KEPT, name=name)
        if looks_raised(drawn_decays, WEIGHT_DECAY_RANGE):
            return RANGE_RAISED
        return BASES_MIXED if looks_mixed(drawn_decays, WEIGHT_DECAY_RANGE) else None
    drawn = {o: drawn_of([s for s in tried if s["optimizer"] == o], name) for o in LR_RANGES}
    if any(len(some) < 20 for some in drawn.values()):
        return None
    if all(looks_mixed(drawn[o], LR_RANGES[o]) for o in LR_RANGES):
        return BASES_MIXED
    if all(looks_like_exponents(drawn[o], LR_RANGES[o]) for o in LR_RANGES):
        return filled(EXPONENT_KEPT, name=name)
    if all(looks_raised(drawn[o], LR_RANGES[o]) for o in LR_RANGES):
        return RANGE_RAISED
    others = dict(zip(LR_RANGES, reversed(LR_RANGES.values()), strict=True))
    if all(low <= drawn[o].min() and drawn[o].max() <= high for o, (low, high) in others.items()):
        return RANGES_EXCHANGED
    if any((some <= 0).any() for some in drawn.values()):
        return None
    one, other = map(np.log, drawn.values())
    spread = max(np.ptp(one), np.ptp(other))
    alike = abs(np.median(one) - np.median(other)) < 0.2 * spread
    return ONE_RANGE if alike else None


def looks_mixed(drawn: np.ndarray, bounds: tuple[float, float]) -> bool:
    """Whether these are exp of what log10 makes of `bounds`, or powers of 10 of what log makes."""
    return any(
        low * 0.999 <= drawn.min() and drawn.max() <= high * 1.001
        for low, high in (np.exp(np.log10(bounds)), 10 ** np.log(bounds))
    )


def looks_like_exponents(drawn: np.ndarray, bounds: tuple[float, float]) -> bool:
    """Whether these lie between the logarithms of `bounds`, to one base or another."""
    return any(
        low <= drawn.min() and drawn.max() <= high
        for low, high in (np.log10(bounds), np.log(bounds))
    )


def looks_raised(drawn: np.ndarray, bounds: tuple[float, float]) -> bool:
    """Whether these are exp of what lies within `bounds`, or powers of 10."""
    return any(
        low * (1 - 1e-9) <= drawn.min() and drawn.max() <= high * (1 + 1e-9)
        for low, high in (np.exp(bounds), 10 ** np.array(bounds))
    )


def recognise_scale(name: str, tried: Sequence[Settings]) -> Mistake | None:
    """What else than it should be is uniform: the number, or its logarithm."""
    drawn = drawn_of(tried, name)
    count = len(np.unique(drawn))
    if count > 1 and (drawn[1:] == drawn[:-1]).mean() > 0.9:
        return SAME_EACH_TRIAL
    if count < len(drawn) / 20:
        return filled(FEW_VALUES, name=name, count=count, draws=len(drawn))
    if name == "dropout":
        low, high = DROPOUT_RANGE
        inside = drawn.min() >= low and is_even(np.log(drawn / low) / np.log(high / low))
        return LOGARITHMIC if inside else None
    optimizers = {settings["optimizer"] for settings in tried}
    ranges = [WEIGHT_DECAY_RANGE] if name == "weight_decay" else [LR_RANGES[o] for o in optimizers]
    if len(ranges) > 1:
        return None
    ((low, high),) = ranges
    return filled(UNIFORM, name=name) if is_even((drawn - low) / (high - low)) else None


def repeats(tried: Sequence[Settings]) -> bool:
    """Whether the trials of each search have one setting."""
    return float(np.mean([one == following for one, following in pairwise(tried)])) > 0.9


def drawn_of(tried: Sequence[Settings], name: str) -> np.ndarray:
    return np.array([settings[name] for settings in tried], float)


def is_even(places: np.ndarray) -> bool:
    """Whether places in [0, 1] look uniform: as many in each fifth, but for chance."""
    if places.min() < -1e-6 or places.max() > 1 + 1e-6:
        return False
    counts, _ = np.histogram(places, bins=5, range=(0, 1))
    expected = len(places) / 5
    return bool((np.abs(counts - expected) < 5 * np.sqrt(expected)).all())
