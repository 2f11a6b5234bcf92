"""Checks for `random_search`: which settings are tried, and which of them is chosen.

The accuracies that a trial gets are laid down beforehand: training and test accuracy are highest
for others than validation accuracy is. Distributions are judged by the Kolmogorov-Smirnov distance
D of n draws, which by Massart (1990) exceeds d with a probability of at most 2·exp(-2·n·d²). It
says little about the ends of a range, which are judged by the smallest draw and the largest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import chain

import numpy as np
import pytest

from grader.checks.kit.functions import describe, number_in
from grader.checks.kit.probes import (
    Z_LIMIT,
    draw_seed,
    draw_two_seeds,
    expect,
)
from grader.checks.misconceptions import Known, Mistake, filled
from grader.checks.misconceptions.random_search import (
    ACCURACY_RETURNED,
    DROPOUT_RANGE,
    IN_TURN,
    LR_RANGES,
    MORE_RETURNED,
    NONE_CHOSEN,
    SAME_EACH_TRIAL,
    SEED_WITHOUT_EFFECT,
    SLIPS,
    TIED,
    TOO_FEW,
    WEIGHT_DECAY_RANGE,
    Settings,
    recognise_choice,
    recognise_optimizers,
    recognise_range,
    recognise_scale,
)
from grader.sandbox.client import Student
from grader.sandbox.wire.values import Answers

pytestmark = pytest.mark.slips(*SLIPS)
NAMES = ("optimizer", "lr", "weight_decay", "dropout")
CALL = "random_search(evaluate, trials={}, seed)"
# Searches whose draws are judged together; as many trials as one message has room for if each of
# their numbers is a tensor.
RUNS, TRIALS = 12, 80
REPEATED = 10  # of them at most: float32 has the same number twice now and then
CHANCE = 1e-8  # of each distance, and at each end, to be exceeded by a right solution


def search(
    student: Student, accuracies: list[dict[str, float]], seed: int
) -> tuple[Settings, list[Settings]]:
    """What a search returns, and the settings that it tried, one for each of `accuracies`."""
    trials = len(accuracies)
    called = student.call(
        "random_search", Answers(list(accuracies)), trials, options={"seed": seed}
    )
    call = CALL.format(trials)
    expect(
        len(called.asked) == trials,
        f"{call} to call evaluate {trials} times",
        f"{len(called.asked)} calls" if len(called.asked) < trials else "more calls",
        known=lambda: TOO_FEW if len(called.asked) < trials else None,
    )
    tried = []
    for arguments in called.asked:
        expect(len(arguments) == 1, "evaluate to be given one dict", f"{len(arguments)} arguments")
        tried.append(settings_in(arguments[0], "evaluate is given"))
    return settings_in(called.value, f"{call} returns"), tried


def settings_in(value: object, where: str) -> Settings:
    """`value`, if it is a setting: an optimizer's name and three finite numbers."""
    expect(
        isinstance(value, dict),
        f"a dict where {where} settings",
        describe(value),
        known=partial(named_return, value),
    )
    assert isinstance(value, dict)
    expect(
        set(value) == set(NAMES),
        f"the keys {', '.join(NAMES)} where {where} settings",
        ", ".join(str(key)[:40] for key in list(value)[:8]) or "none",
        known=partial(named_return, value),
    )
    expect(
        value["optimizer"] in LR_RANGES if isinstance(value["optimizer"], str) else False,
        f"the optimizer to be {' or '.join(LR_RANGES)}",
        describe(value["optimizer"])
        if not isinstance(value["optimizer"], str)
        else value["optimizer"][:40],
    )
    numbers = {
        name: number_in(value[name], f"the settings that {where}, at {name!r},")
        for name in NAMES[1:]
    }
    return {"optimizer": value["optimizer"]} | numbers


def named_return(value: object) -> Mistake | None:
    """What is returned in place of a setting."""
    if value is None or (isinstance(value, dict) and not value):
        return NONE_CHOSEN
    if isinstance(value, float):
        return ACCURACY_RETURNED
    several = isinstance(value, list | tuple) and any(isinstance(each, dict) for each in value)
    return MORE_RETURNED if several else None


def draw_accuracies(rng: np.random.Generator, trials: int) -> list[dict[str, float]]:
    """Accuracies of as many trials, all different within each of the three kinds."""
    columns = {
        kind: rng.permutation(trials) / trials * 0.5 + 0.1 for kind in ("train", "valid", "test")
    }
    return [{kind: float(column[i]) for kind, column in columns.items()} for i in range(trials)]


@pytest.fixture(scope="session")
def runs(student: Student, course_rng: np.random.Generator) -> list[list[Settings]]:
    """The settings tried in RUNS searches with seeds of their own, for all checks of the draws."""
    return [
        search(student, draw_accuracies(course_rng, TRIALS), draw_seed(course_rng))[1]
        for _ in range(RUNS)
    ]


def place_of(settings: Settings) -> dict[str, float]:
    """Where each number lies in its range, from 0 to 1, as it should be uniform."""

    def logarithmic(value: float, low: float, high: float) -> float:
        return math.log(value / low) / math.log(high / low) if value > 0 else -math.inf

    low, high = DROPOUT_RANGE
    return {
        "lr": logarithmic(settings["lr"], *LR_RANGES[settings["optimizer"]]),
        "weight_decay": logarithmic(settings["weight_decay"], *WEIGHT_DECAY_RANGE),
        "dropout": (settings["dropout"] - low) / (high - low),
    }


def expect_uniform(places: list[float], what: str, look: str, known: Known) -> None:
    """Fail if places in [0, 1] are further from uniform than chance allows."""
    drawn = np.sort(places)
    steps = np.arange(len(drawn) + 1) / len(drawn)
    distance = max((steps[1:] - drawn).max(), (drawn - steps[:-1]).max())
    limit = math.sqrt(math.log(2 / CHANCE) / (2 * len(drawn)))
    lower = np.mean(drawn < 0.5)
    expect(
        distance <= limit,
        f"{what}, half of the draws in the lower half of that range",
        f"{100 * lower:.0f}% there, a Kolmogorov-Smirnov distance of {distance:.2f}",
        look,
        known,
    )


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Call evaluate with a dict of optimizer, lr, weight_decay and dropout, as often as trials says."
)
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """The function random_search tries as many settings as asked and returns one of them"""
    for trials in (1, 5):
        best, tried = search(student, draw_accuracies(rng, trials), draw_seed(rng))
        expect(best in tried, "one of the settings that were tried", "another one is returned")


@pytest.mark.points(3)
@pytest.mark.hint(
    'Compare what evaluate says under "valid", and keep the settings that go with it.'
)
def test_chosen_by_validation(student: Student, rng: np.random.Generator) -> None:
    """The setting with the highest validation accuracy is chosen, whatever the others say"""
    for place, trials, valid, train in (
        (0, 12, 0.7, 0.13),
        (5, 12, 1.0, 0.13),
        (11, 12, 0.3, 1.0),  # as where a network has learnt its images by heart
        (int(rng.integers(1, TRIALS)), TRIALS, 0.7, 0.13),
    ):
        accuracies = draw_accuracies(rng, trials)
        if valid < 0.7:
            for each in accuracies:
                each["valid"] /= 3
        accuracies[place]["valid"] = valid
        # Whoever looks at these, alone or together, is led elsewhere.
        accuracies[(place + 3) % trials] |= {"test": 0.99}
        accuracies[(place + 5) % trials] |= {"train": 1.0}
        accuracies[place] |= {"test": 0.0, "train": train}
        best, tried = search(student, accuracies, draw_seed(rng))
        chosen = chosen_of(tried, best, [place])
        seen = "another setting" if chosen is None else show_trial(chosen, accuracies[chosen])
        expect(
            chosen == place,
            show_trial(place, accuracies[place]) + " to be chosen",
            seen,
            known=partial(recognise_choice, chosen, accuracies, tried),
        )
    expect_any_of_the_best(student, rng)


def expect_any_of_the_best(student: Student, rng: np.random.Generator) -> None:
    """Fail unless one of two equally good trials is chosen, whatever the other accuracies say."""
    seed, best_two, chosen = draw_seed(rng), (2, 5), []
    for favoured in best_two:
        accuracies = draw_accuracies(rng, 8)
        for place in best_two:
            accuracies[place] = {"train": 0.2, "valid": 0.7, "test": 0.2}
        accuracies[favoured] |= {"train": 0.9, "test": 0.9}
        best, tried = search(student, accuracies, seed)
        chosen.append(chosen_of(tried, best, best_two))
        expect(
            chosen[-1] in best_two,
            "one of two trials with the same highest validation accuracy to be chosen",
            "another setting",
        )
    expect(
        chosen[0] == chosen[1],
        "the choice between two trials with the same validation accuracy to depend on nothing else",
        "the one with the higher training and test accuracy is chosen",
    )


def chosen_of(tried: list[Settings], best: Settings, wanted: Sequence[int]) -> int | None:
    """Which trial had the settings `best`; of several the one in `wanted`, if they are not all."""
    trials = [i for i, settings in enumerate(tried) if settings == best]
    if 1 < len(trials) < len(tried):
        trials.sort(key=lambda trial: trial not in wanted)
    return trials[0] if trials else None


def show_trial(number: int, accuracies: dict[str, float]) -> str:
    shown = ", ".join(f"{kind} {accuracy:.2f}" for kind, accuracy in accuracies.items())
    return f"trial {number + 1} ({shown})"


@pytest.mark.points(1)
@pytest.mark.hint(
    "The ranges stand at the top of the module; the learning rate's depends on the optimizer."
)
def test_ranges(runs: list[list[Settings]]) -> None:
    """All numbers come from all of the lesson's ranges, both optimizers equally often"""
    tried = list(chain.from_iterable(runs))
    for settings in tried:
        for name, place in place_of(settings).items():
            expect(
                -1e-6 <= place <= 1 + 1e-6,
                f"{name} within its range for {settings['optimizer']}",
                f"{settings[name]:.4g}",
                known=partial(recognise_range, name, tried),
            )
    count = sum(settings["optimizer"] == "adam" for settings in tried)
    expect(
        abs(count - len(tried) / 2) <= Z_LIMIT * math.sqrt(len(tried)) / 2,
        f"each optimizer in about half of {len(tried)} trials",
        f"adam in {count}",
        known=partial(recognise_optimizers, tried),
    )
    for optimizer, bounds in LR_RANGES.items():
        some = [settings for settings in tried if settings["optimizer"] == optimizer]
        expect_ends(some, "lr", f"lr for {optimizer}", bounds)
    expect_ends(tried, "weight_decay", "weight_decay", WEIGHT_DECAY_RANGE)
    expect_ends(tried, "dropout", "dropout", DROPOUT_RANGE)


def expect_ends(tried: list[Settings], name: str, what: str, bounds: tuple[float, float]) -> None:
    """Fail if the smallest or the largest draw is further from its end than chance allows.

    None of n draws is in the first d of a range with a probability of (1 - d)^n.
    """
    places = [place_of(settings)[name] for settings in tried]
    room = 1 - CHANCE ** (1 / len(places))
    drawn = [settings[name] for settings in tried]
    expect(
        min(places) <= room and max(places) >= 1 - room,
        f"{what} from all of {bounds[0]:g} to {bounds[1]:g}, in {len(drawn)} draws",
        f"from {min(drawn):.3g} to {max(drawn):.3g} only",
        known=partial(recognise_scale, name, tried),
    )


@pytest.mark.points(2)
@pytest.mark.hint("exp of a uniform draw between log(low) and log(high) is log-uniform.")
def test_log_uniform(runs: list[list[Settings]]) -> None:
    """Learning rate and weight decay are drawn log-uniformly"""
    tried = list(chain.from_iterable(runs))
    look = "Draw the logarithm uniformly: each order of magnitude as often as the others."
    for optimizer, (low, high) in LR_RANGES.items():
        some = [settings for settings in tried if settings["optimizer"] == optimizer]
        places = [place_of(settings)["lr"] for settings in some]
        expect(len(places) > 1, f"{optimizer} to be tried", "hardly ever")
        what = f"lr log-uniform from {low:g} to {high:g} for {optimizer}"
        expect_uniform(places, what, look, partial(named_lr, some, tried))
    low, high = WEIGHT_DECAY_RANGE
    places = [place_of(settings)["weight_decay"] for settings in tried]
    what = f"weight_decay log-uniform from {low:g} to {high:g}"
    known = partial(recognise_scale, "weight_decay", tried)
    expect_uniform(places, what, look, known)


def named_lr(some: list[Settings], tried: list[Settings]) -> Mistake | None:
    """Why the learning rates of `some` of the settings, those with one optimizer, are others."""
    return recognise_scale("lr", some) or recognise_range("lr", tried)


def is_told_of_lr(runs: list[list[Settings]]) -> bool:
    """Whether learning rates have been told to come from elsewhere: then the optimizer tells
    something of their places in its range, however independently they are drawn."""
    tried = list(chain.from_iterable(runs))
    if any(not -1e-6 <= place_of(settings)["lr"] <= 1 + 1e-6 for settings in tried):
        return True
    some = ([s for s in tried if s["optimizer"] == optimizer] for optimizer in LR_RANGES)
    return any(named_lr(each, tried) not in (None, SAME_EACH_TRIAL) for each in some if each)


@pytest.mark.points(1)
@pytest.mark.hint("Dropout is a share: any value of its range is as likely as any other.")
def test_uniform(runs: list[list[Settings]]) -> None:
    """Dropout is drawn uniformly"""
    tried = list(chain.from_iterable(runs))
    places = [place_of(settings)["dropout"] for settings in tried]
    low, high = DROPOUT_RANGE
    what = f"dropout uniform from {low:g} to {high:g}"
    known = partial(recognise_scale, "dropout", tried)
    expect_uniform(places, what, "Not its logarithm.", known)


@pytest.mark.points(1)
@pytest.mark.hint("Draw each number of each trial anew, from one generator made before the loop.")
def test_independent_draws(runs: list[list[Settings]]) -> None:
    """Numbers are drawn independently, of each other and of the trials before"""
    tables = [  # (T, 4), all of them numbers
        np.array([[s["optimizer"] == "adam", *place_of(s).values()] for s in run], float)
        for run in runs
    ]
    for place, name in enumerate(NAMES[1:], start=1):
        different = min(len(np.unique(table[:, place])) for table in tables)
        expect(
            different >= TRIALS - REPEATED,
            f"another {name} in each of {TRIALS} trials",
            f"{different} different ones",
            known=partial(filled, SAME_EACH_TRIAL) if different == 1 else None,
        )
    for i, first in enumerate(NAMES):
        for j, second in enumerate(NAMES):
            before = np.concatenate([table[:-1, i] for table in tables])
            after = np.concatenate([table[1:, j] for table in tables])
            expect_uncorrelated(before, after, f"{first} and the {second} of the next trial")
            if i < j and not (first == "optimizer" and second == "lr" and is_told_of_lr(runs)):
                one, other = (np.concatenate([table[:, k] for table in tables]) for k in (i, j))
                expect_uncorrelated(one, other, f"{first} and the {second} of the same trial")


def expect_uncorrelated(x: np.ndarray, y: np.ndarray, what: str) -> None:
    spread = x.std() * y.std()
    correlation = ((x - x.mean()) * (y - y.mean())).mean() / spread if spread else 1.0
    expect(
        abs(correlation) * math.sqrt(len(x)) <= Z_LIMIT,
        f"{what} to be drawn independently",
        f"they go together, with a correlation of {correlation:.2f}",
        known=partial(named_correlation, correlation, what),
    )


def named_correlation(correlation: float, what: str) -> Mistake | None:
    """Why numbers go together, where they do so altogether."""
    if what.startswith("optimizer and the optimizer"):
        return IN_TURN if correlation < -0.98 else None
    return filled(TIED, what=what) if abs(correlation) > 0.98 else None


@pytest.mark.points(1)
@pytest.mark.hint("Make the generator inside the function, from the seed that is given.")
def test_from_the_seed(
    student: Student, rng: np.random.Generator, runs: list[list[Settings]]
) -> None:
    """The same seed gives the same settings, another seed others"""
    seed, other = draw_two_seeds(rng)
    first, again, another = (
        search(student, draw_accuracies(rng, 6), s)[1] for s in (seed, seed, other)
    )
    ignored = partial(filled, SEED_WITHOUT_EFFECT)
    expect(first == again, "the same settings for the same seed", "others", known=ignored)
    expect(first != another, "other settings for another seed", "the same ones", known=ignored)
    last = search(student, draw_accuracies(rng, 6), other)[1]
    expect(another == last, "the same settings for the same seed", "others")
    for number, trial in enumerate(zip(*runs, strict=True), start=1):
        for name in NAMES[1:]:
            expect(
                len({settings[name] for settings in trial}) > 1,
                f"another {name} in trial {number} for another seed",
                f"{float(trial[0][name]):.6g} for {RUNS} seeds",
            )
