"""What the optimizers' catalogues share: wrong rules, and how steps are recognised as one's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np

from grader.checks.kit.optimizers import Rule, Trial, explains
from grader.checks.misconceptions import Mistake, only

Constants = dict[str, float]


class WrongRule(NamedTuple):
    """A rule that is known for being wrong.

    `constants`, where the mistake has some, are read off a trial: several candidates, the most
    likely first, that are passed to `rule` by name and can be named in `says`.
    """

    name: str
    says: str
    rule: Rule
    constants: Callable[[Trial], Iterator[Constants]] = lambda trial: iter([{}])


def recognise(wrong_rules: Sequence[WrongRule], trials: Sequence[Trial]) -> Mistake | None:
    """The one mistake that explains every trial."""
    return only(explanations(wrong_rules, trials))


def explanations(wrong_rules: Sequence[WrongRule], trials: Sequence[Trial]) -> list[Mistake]:
    """All mistakes that explain every trial."""
    found = (_as_mistake(wrong, trials) for wrong in wrong_rules)
    return [mistake for mistake in found if mistake is not None]


def _as_mistake(wrong: WrongRule, trials: Sequence[Trial]) -> Mistake | None:
    for constants in chain.from_iterable(map(wrong.constants, trials)):
        rule = partial(wrong.rule, **constants)
        if all(explains(rule, trial) for trial in trials):
            return Mistake(wrong.name, wrong.says.format(**constants))
    return None


def adam_steps(
    start: np.ndarray,
    given: list[np.ndarray],
    lr: float,
    penalty: float = 0.0,
    shrink: float = 0.0,
    memory: float = 0.9,
) -> list[np.ndarray]:
    """Adam's, with L2 regularisation by `penalty` or AdamW's decay by `shrink`; `memory` is β1."""
    p, m, v, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64) + penalty * p
        m = memory * m + (1 - memory) * g
        v = 0.999 * v + 0.001 * g**2
        p = p * (1 - lr * shrink) - lr * m / (1 - memory**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        way.append(p)
    return way


# ---------------------------------------------------------------- other optimizers


def adagrad_steps(
    start: np.ndarray, given: list[np.ndarray], lr: float, penalty: float = 0.0
) -> list[np.ndarray]:
    """Duchi et al. 2011: squares add up, and never fade."""
    p, total, way = start.astype(np.float64), np.zeros(start.shape), []
    for gradient in given:
        g = gradient.astype(np.float64) + penalty * p
        total = total + g**2
        p = p - lr * g / (np.sqrt(total) + 1e-10)
        way.append(p)
    return way


def adadelta_steps(
    start: np.ndarray, given: list[np.ndarray], lr: float, penalty: float = 0.0, memory: float = 0.9
) -> list[np.ndarray]:
    """Zeiler 2012, as PyTorch writes it."""
    p, squares, moved, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for gradient in given:
        g = gradient.astype(np.float64) + penalty * p
        squares = memory * squares + (1 - memory) * g**2
        step = np.sqrt(moved + 1e-6) / np.sqrt(squares + 1e-6) * g
        moved = memory * moved + (1 - memory) * step**2
        p = p - lr * step
        way.append(p)
    return way


def rprop_steps(
    start: np.ndarray, given: list[np.ndarray], lr: float, penalty: float = 0.0
) -> list[np.ndarray]:
    """Riedmiller & Braun 1993, as PyTorch writes it: where the sign turns, a step is left out."""
    p, before, way = start.astype(np.float64), np.zeros(start.shape), []
    size = np.full(start.shape, lr)
    for gradient in given:
        g = gradient.astype(np.float64) + penalty * p
        same = np.sign(g * before)
        size = np.clip(size * np.where(same > 0, 1.2, np.where(same < 0, 0.5, 1.0)), 1e-6, 50)
        g = np.where(same < 0, 0.0, g)
        p, before = p - size * np.sign(g), g
        way.append(p)
    return way


def adamax_steps(
    start: np.ndarray, given: list[np.ndarray], lr: float, penalty: float = 0.0, memory: float = 0.9
) -> list[np.ndarray]:
    """Kingma & Ba 2015, algorithm 2: the largest |g|, which fades, divides."""
    p, m, largest, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64) + penalty * p
        m = memory * m + (1 - memory) * g
        largest = np.maximum(0.999 * largest, np.abs(g) + 1e-8)
        p = p - lr * m / (1 - memory**t) / largest
        way.append(p)
    return way


def rmsprop_steps(
    start: np.ndarray,
    given: list[np.ndarray],
    lr: float,
    penalty: float = 0.0,
    memory: float = 0.99,
) -> list[np.ndarray]:
    """As PyTorch writes it, without a momentum."""
    p, v, way = start.astype(np.float64), np.zeros(start.shape), []
    for gradient in given:
        g = gradient.astype(np.float64) + penalty * p
        v = memory * v + (1 - memory) * g**2
        p = p - lr * g / (np.sqrt(v) + 1e-8)
        way.append(p)
    return way


def asgd_steps(
    start: np.ndarray,
    given: list[np.ndarray],
    lr: float,
    penalty: float = 0.0,
    memory: float = 0.75,
) -> list[np.ndarray]:
    """Polyak & Juditsky 1992, as PyTorch writes it: `memory` is its alpha, and it decays a little
    by itself. The average that it is named after is kept beside the parameters."""
    p, rate, way = start.astype(np.float64), lr, []
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64) + penalty * p
        p = p * (1 - 1e-4 * rate) - rate * g
        rate = lr / (1 + 1e-4 * lr * t) ** memory
        way.append(p)
    return way


OTHERS = {
    "Adagrad": adagrad_steps,
    "Adadelta": adadelta_steps,
    "Rprop": rprop_steps,
    "Adam": adam_steps,
    "Adamax": adamax_steps,
    "RMSprop": rmsprop_steps,
    "ASGD": asgd_steps,
}


def other_optimizers(
    asked: str, *names: str, passed_on: dict[str, str] | None = None
) -> tuple[WrongRule, ...]:
    """The steps of these of `OTHERS`, where `asked` is wanted.

    Args:
        passed_on: from an argument of make_optimizer beside lr to what `OTHERS` may take it for.
    """

    def taking(steps: Callable[..., list[np.ndarray]], taken: dict[str, str]) -> Rule:
        return lambda start, given, *, lr, **options: steps(
            start, given, lr, **{taken[name]: options[name] for name in taken}
        )

    def rules(name: str) -> Iterator[tuple[str, Rule]]:
        steps = OTHERS[name]
        yield f"These are the steps of {name}", taking(steps, {})
        for argument, meant in (passed_on or {}).items():
            if meant in inspect.signature(steps).parameters:
                yield (
                    f"These are the steps of {name}, which {argument} is passed on to",
                    taking(steps, {argument: meant}),
                )

    return tuple(
        WrongRule("another optimizer", f"{says}: what is asked for is {asked}.", rule)
        for name in names
        for says, rule in rules(name)
    )


def wrong_default(
    rule: Rule, defaults: Constants, name: str, constants: Callable[[Trial], Iterator[Constants]]
) -> WrongRule:
    """`rule`, but with another default of the argument `name`, which `constants` reads off."""

    def left_out(
        start: np.ndarray, given: list[np.ndarray], *, default: float, **passed: float
    ) -> list[np.ndarray]:
        return rule(start, given, **(defaults | {name: default} | passed))

    def candidates(trial: Trial) -> Iterator[Constants]:
        yield {"default": 0.0}
        for (value,) in map(
            dict.values, constants(replace(trial, options=defaults | trial.options))
        ):
            yield {"default": value}

    says = f"When {name} is left out, the steps are those of {name}={{default:.4g}}."
    return WrongRule("another default", says, left_out, candidates)


# ---------------------------------------------------------------- reading constants off a trial


def roundings(name: str, value: float) -> Iterator[Constants]:
    """`value` as people write constants: with one significant digit, two, and so on."""
    if np.isfinite(value):
        yield from ({name: float(f"{value:.{digits}g}")} for digits in (1, 2, 3, 4))


def ratio(numerator: list[np.ndarray], denominator: list[np.ndarray]) -> float:
    """The factor between two lists of arrays, by least squares over all of their entries."""
    a, b = (np.concatenate([x.ravel() for x in arrays]) for arrays in (numerator, denominator))
    return float(a @ b / max(float(b @ b), 1e-300))


def moves(trial: Trial, step: int) -> list[np.ndarray]:
    """p before minus p after a step (from 0), in float64, for each parameter."""
    return [
        (start if step == 0 else seen[step - 1]).astype(np.float64) - seen[step]
        for start, seen, _ in trial.followed
    ]


def gradients(trial: Trial, step: int) -> list[np.ndarray]:
    return [given[step].astype(np.float64) for _, _, given in trial.followed]


def own_lr(trial: Trial) -> Iterator[Constants]:
    """The learning rate that the first step shows, where that is lr·g, and not the one passed."""
    seen = ratio(moves(trial, 0), gradients(trial, 0))
    return (c for c in roundings("own_lr", seen) if c["own_lr"] != trial.options["lr"])
