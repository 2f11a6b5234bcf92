"""What the optimizer checks share: closed forms, and how a student's optimizer is held to one.

A rule is a function from gradients to parameters, all in float64: `rule(start, gradients,
**options)` returns one parameter after each step, for the gradients of one parameter at each step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from grader.checks.kit.probes import (
    expect,
    normal,
)
from grader.checks.misconceptions import Known, Mistake
from grader.grading.training import TRAINING_SIZES
from grader.sandbox.client import Student, StudentError

HEAP = 1 << 14  # numbers that large parameters are filled with
LARGE = 30.0  # gradients, clipped where somebody clips
LOOKED_AT = 24  # entries of a row
FIRST_STEPS = 2  # of a way, which most rules that are tried already fail
FAR, GROWING = (120, 250), 90  # steps, and of these the last ones by which gradients grow
Rule = Callable[..., list[np.ndarray]]
Arrays = list[np.ndarray]
Options = dict[str, Any]  # keyword arguments of make_optimizer
Way = tuple[np.ndarray, Arrays, Arrays]  # one parameter's start, values and gradients by step


def draw_rate(rng: np.random.Generator, low: float, high: float) -> float:
    """A number of any order of magnitude from `low` to `high`."""
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def draw_shapes(rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Shapes of a handful of parameters, of one to four dimensions, two of them the same."""
    a, b, c, d = (int(n) for n in rng.integers(2, 7, 4))
    return [(a, b), (a,), (c, a, d), (a, b), (d,), (2, c, 3, 2)]


def draw_gradients(
    rng: np.random.Generator, shapes: Sequence[tuple[int, ...]], steps: int, scale: float = 1.0
) -> list[Arrays]:
    """Gradients for each step and parameter, whose entries differ by orders of magnitude."""
    return [
        [
            (normal(rng, *shape) * 10 ** rng.uniform(-1, 1, shape) * scale).astype(np.float32)
            for shape in shapes
        ]
        for _ in range(steps)
    ]


def agrees(
    start: np.ndarray,
    seen: Arrays,
    expected: Arrays,
    room: Arrays | None = None,
) -> bool:
    """Whether one parameter took the expected way, step by step, to float32 accuracy, or with
    `room` to be off in each.
    """
    return steps_agreed(start, seen, expected, room=room) == len(seen)


def steps_agreed(
    start: np.ndarray,
    seen: Arrays,
    expected: Arrays,
    rtol: float = 1e-4,
    room: Arrays | None = None,
) -> int:
    """How many steps one parameter took the expected way, before the first that it did not.

    Errors are held against how far each entry has moved in all, and against what float32 can
    resolve at its size: a step that is lost in rounding says nothing.
    """
    before = start.astype(np.float64)
    moved = np.zeros_like(before)
    for step, (there, wanted) in enumerate(zip(seen, expected, strict=True), start=1):
        moved += np.abs(wanted - before)
        before = wanted.astype(np.float64)
        rounding = 2.0**-23 * (step + 1) * np.maximum(np.abs(wanted), np.abs(start))
        allowed = rtol * moved + rounding
        if room is not None:
            allowed += room[step - 1]
        # So put that what is not a number agrees with nothing.
        if not (np.abs(there - wanted) <= allowed).all():
            return step - 1
    return len(seen)


@dataclass(frozen=True)
class Trial:
    """An optimizer made with `options`, and the way that each parameter took."""

    options: Options
    followed: list[Way]
    given: str  # in words, for a message
    in_part: bool = False  # whether it is left out where a mistake is looked for


def follow(
    student: Student, options: Options, start: Arrays, gradients: list[Arrays], given: str
) -> Trial:
    """Step a new optimizer on `gradients`."""
    ways = student.make_optimizer(start, **options).step(gradients)
    return Trial(options, ways_of(start, ways, gradients), given)


def follow_each(
    student: Student,
    rng: np.random.Generator,
    cases: Sequence[tuple[Options, float]],
    *,
    steps: int,
) -> Iterator[Trial]:
    """A trial for each of `cases`, arguments and the order of the parameters; now of fewer of
    these, now of more."""
    for number, (options, scale) in enumerate(cases):
        shapes = [shape for _ in range(1 + number % 2) for shape in draw_shapes(rng)]
        start = [normal(rng, *shape, scale=scale) for shape in shapes]
        gradients = draw_gradients(rng, shapes, steps)
        yield follow(student, options, start, gradients, describe(options))


def follow_long(
    student: Student, rng: np.random.Generator, options: Options, growth: float = 1.0
) -> Trial:
    """A trial of more steps than a training has; half of the gradients keep their direction.

    Args:
        growth: of these, from each step to the next.
    """
    start, steps = [np.zeros((4, 6), np.float32)], int(rng.integers(60, 100))
    gradients = draw_gradients(rng, [(4, 6)], steps, scale=0.1)
    for step, (given,) in enumerate(gradients):
        given[::2] = gradients[0][0][::2] * np.float32(growth**step)
    return follow(student, options, start, gradients, f"{describe(options)} and many steps")


def follow_far(
    student: Student,
    rng: np.random.Generator,
    options: Options,
    *,
    sizes: tuple[float, float],
    growth: float = 1.0,
) -> Trial:
    """A trial of several times the steps of a training; one parameter has a single entry, and in
    one step the other one's gradients are all 0, which is no reason to leave it out. It says little
    of what a mistake is.

    Args:
        sizes: from which to which size of gradients.
        growth: of half of the gradients, from each of the last steps to the next.
    """
    shapes = [(4, 6), (1,)]
    start = [np.zeros(shape, np.float32) for shape in shapes]
    steps = int(rng.integers(*FAR))
    gradients = draw_gradients(rng, shapes, steps, scale=0.1)
    of_rows = np.geomspace(*sizes, 4, dtype=np.float32)[:, None]
    for step, (given, _) in enumerate(gradients):
        grown = growth ** max(step + GROWING - steps, 0)
        given[:, ::2] = gradients[0][0][:, ::2] * np.float32(grown)
    for given, _ in gradients:
        given *= of_rows
    gradients[steps // 3][0][:] = 0
    trial = follow(student, options, start, gradients, f"{describe(options)} and {steps} steps")
    return replace(trial, in_part=True)


def follow_at_full_size(student: Student, rng: np.random.Generator, options: Options) -> Trial:
    """Two steps of parameters as large as those that train, by large gradients; a few entries of
    each row are looked at."""
    num_features, num_hidden, num_output = TRAINING_SIZES
    shapes = [(num_hidden, num_features), (num_hidden,), (num_output, num_hidden), (num_output,)]
    heap = np.resize(normal(rng, HEAP), HEAP + num_hidden * num_features)  # drawing takes longer

    def drawn(scale: float) -> Arrays:
        first = int(rng.integers(HEAP))
        entries = np.float32(scale) * heap[first : first + num_hidden * num_features]
        return [entries[: math.prod(shape)].reshape(shape) for shape in shapes]

    start, gradients = drawn(1.0), [drawn(LARGE), drawn(LARGE)]
    seen = student.make_optimizer(start, **options).step(gradients)
    columns = [rng.integers(shape[-1], size=(shape[0], LOOKED_AT)) for shape in shapes]

    def some(arrays: Arrays) -> Arrays:
        return [
            np.take_along_axis(array, chosen, axis=1) if array.ndim > 1 else array
            for array, chosen in zip(arrays, columns, strict=True)
        ]

    followed = ways_of(some(start), [*map(some, seen)], [*map(some, gradients)])
    given = f"{describe(options)} and parameters of the sizes that train"
    return Trial(options, followed, given, in_part=True)


def ways_of(start: Arrays, ways: list[Arrays], gradients: list[Arrays]) -> list[Way]:
    return [
        (start[i], [step[i] for step in ways], [step[i] for step in gradients])
        for i in range(len(start))
    ]


def explains(rule: Rule, trial: Trial) -> bool:
    """Whether `rule` explains every parameter's way; the first steps already refute most that is
    tried."""
    return all(
        agrees(start, seen[:steps], rule(start, gradients[:steps], **trial.options))
        for steps in (FIRST_STEPS, None)
        for start, seen, gradients in trial.followed
    )


def nothing_known(_: list[Trial]) -> None:
    """Names no mistake: of an optimizer of which none are known."""


def expect_rule(
    rules: Sequence[Rule],
    trials: Iterator[Trial],
    *,
    formula: str,
    recognise: Callable[[list[Trial]], Mistake | None] = nothing_known,
    look: str = "",
) -> None:
    """Fail unless one and the same of `rules` explains every trial.

    Args:
        recognise: names the mistake in all trials, the one that shows it first; of the others only
            those that are not `in_part`: some mistakes mix entries, which have to be there then.
    """

    def name(wrong: Trial, before: list[Trial]) -> Mistake | None:
        others = [trial for trial in (*before, *rest_of(trials)) if not trial.in_part]
        return recognise([wrong, *others])

    done: list[Trial] = []
    for trial in trials:
        matching = [rule for rule in rules if explains(rule, trial)]
        if not matching:
            fail_at(trial, rules[0], formula, partial(name, trial, done), look)
        rules = matching
        done.append(trial)


def rest_of(trials: Iterator[Trial]) -> list[Trial]:
    """The trials to come, as far as the student's code gets."""
    rest: list[Trial] = []
    with suppress(StudentError):
        rest.extend(trials)
    return rest


def fail_at(trial: Trial, rule: Rule, formula: str, known: Known, look: str = "") -> None:
    """Fail with the step and the entry where `trial` is furthest from `rule`."""
    start, seen, gradients = next(
        way
        for way in trial.followed
        if not agrees(way[0], way[1], rule(way[0], way[2], **trial.options))
    )
    expected = rule(start, gradients, **trial.options)
    step = steps_agreed(start, seen, expected)
    off = np.abs(seen[step] - expected[step])
    worst = np.argmax(off)
    if off.flat[worst] < 1e-5 * np.abs(expected[step].flat[worst]):  # no more than is shown
        worst = np.argmax(off / np.maximum(np.abs(expected[step]), 1e-30))
    before = start if step == 0 else seen[step - 1]
    expect(
        False,
        f"{formula}. With {trial.given}, step {step + 1} moves a parameter from "
        f"{before.flat[worst]:.6g} to {expected[step].flat[worst]:.6g} "
        f"(its gradient is {gradients[step].flat[worst]:.4g})",
        f"{seen[step].flat[worst]:.6g}",
        look,
        known,
    )


def describe(options: Options) -> str:
    return ", ".join(f"{name}={value:g}" for name, value in options.items())


def call(options: Options) -> str:
    return f"make_optimizer({', '.join(filter(None, ['parameters', describe(options)]))})"
