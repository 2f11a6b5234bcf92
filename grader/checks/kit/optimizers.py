"""What the optimizer checks share: closed forms, and how a student's optimizer is held to one.

A rule is a function from gradients to parameters, all in float64: `rule(start, gradients,
**options)` returns one parameter after each step, for the gradients of one parameter at each step.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from grader.checks.kit.probes import (
    draw_seed,
    expect,
    normal,
    show,
)
from grader.checks.kit.shared import expect_no_reseeding
from grader.checks.misconceptions import Known, Mistake
from grader.checks.misconceptions.shared import common
from grader.grading.plugin import Recognised
from grader.grading.training import TRAINING_SIZES
from grader.sandbox.client import Student, StudentError, StudentRaised

HEAP = 1 << 14  # numbers that large parameters are filled with
LARGE = 30.0  # gradients, clipped where somebody clips
LOOKED_AT = 24  # entries of a row
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
    rtol: float = 1e-4,
    room: Arrays | None = None,
) -> bool:
    """Whether one parameter took the expected way, step by step, to float32 accuracy, or with
    `room` to be off in each.
    """
    return steps_agreed(start, seen, expected, rtol, room) == len(seen)


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
    in_part: bool = False  # whether some entries are left out


def follow(
    student: Student, options: Options, start: Arrays, gradients: list[Arrays], given: str
) -> Trial:
    """Step a new optimizer on `gradients`."""
    ways = student.make_optimizer(start, **options).step(gradients)
    return Trial(options, ways_of(start, ways, gradients), given)


def follow_each(
    student: Student,
    rng: np.random.Generator,
    cases: Sequence[Options],
    *,
    steps: int,
    scale: float = 1.0,
) -> Iterator[Trial]:
    """A trial for each of `cases`, with parameters of the order of `scale`, now fewer, now more."""
    for number, options in enumerate(cases):
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
    """Whether `rule` explains every parameter's way."""
    return all(
        agrees(start, seen, rule(start, gradients, **trial.options))
        for start, seen, gradients in trial.followed
    )


def expect_rule(
    rules: Sequence[Rule],
    trials: Iterator[Trial],
    *,
    formula: str,
    recognise: Callable[[list[Trial]], Mistake | None],
    look: str = "",
) -> None:
    """Fail unless one and the same of `rules` explains every trial.

    Args:
        recognise: names the mistake in all trials, the one that shows it first; of the others only
            those that show all entries, as some mistakes mix them.
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
    worst = np.argmax(np.abs(seen[step] - expected[step]))
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


# ---------------------------------------------------------------- checks that all optimizers share


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Return a torch.optim.Optimizer: one of PyTorch's own, or a subclass with a step() method. A "
    "generator can be gone through once only: make a list of it first."
)
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """make_optimizer returns an optimizer over the given parameters, and it steps"""
    expect(
        "make_optimizer" in student.load(),
        f"{student.filename} to define make_optimizer",
        "no such name",
        "Keep the name that the stub gives.",
    )
    shapes = draw_shapes(rng)
    for as_generator in (False, True):
        given = "a generator of parameters" if as_generator else "a list of parameters"
        start = [normal(rng, *shape) for shape in shapes]
        optimizer = student.make_optimizer(start, as_generator=as_generator)
        expect(
            sorted(optimizer.held) == list(range(len(shapes))),
            f"an optimizer that holds exactly the {len(shapes)} parameters of {given}",
            f"{len(optimizer.held)} in its param_groups, {optimizer.held.count(-1)} of them others",
            known=partial(named_held, optimizer.held, as_generator),
        )
        ways = zip(*optimizer.step(draw_gradients(rng, shapes, 2)), strict=True)
        for old, way in zip(start, ways, strict=True):
            expect(
                not all(np.array_equal(old, new) for new in way),  # it may have come back
                f"step() to move every parameter, given {given}",
                f"one of shape {old.shape} stays as it was",
                known=lambda: common.NOT_ALL_MOVED,
            )


def named_held(held: Sequence[int], as_generator: bool) -> Mistake | None:
    """What an optimizer holds in place of the parameters: their numbers, -1 for something else.

    Args:
        as_generator: it came as a generator, after the same parameters as a list were held.
    """
    if len(set(held)) < len(held) and -1 not in held:
        return common.HELD_TWICE
    if held and set(held) == {-1}:
        return common.COPIES
    if -1 in held:
        return common.HELD_BESIDES
    return common.USED_UP if as_generator else common.LEFT_OUT


def expect_gradientless_left_alone(
    student: Student, rng: np.random.Generator, **options: Any
) -> None:
    """Fail if a parameter is moved in a step at which its gradient is None."""
    shapes = draw_shapes(rng)
    start = [normal(rng, *shape) for shape in shapes]
    optimizer = student.make_optimizer(start, **options)
    gradients: list[list[np.ndarray | None]] = [list(g) for g in draw_gradients(rng, shapes, 3)]
    for step in gradients:
        step[0] = None  # never has one
    gradients[2][1] = None  # has had one
    try:
        ways = optimizer.step(gradients)
    except StudentRaised as error:
        # Where all have gradients it steps: test_builds has passed.
        if "NoneType" in str(error):
            raise Recognised(error, *common.MISSING_COMPUTED_WITH) from error
        raise
    first, second, third = ways
    for what, before, after in (
        ("never had a gradient", start[0], third[0]),
        ("has no gradient in this step", second[1], third[1]),
    ):
        expect(
            np.array_equal(before, after),
            f"a parameter that {what} (grad is None) to stay at {show(before)}",
            show(after),
            "Skip parameters whose grad is None.",
            known=lambda: stand_in_for_missing(
                lambda given: student.make_optimizer(start, **options).step(given), gradients, ways
            ),
        )
    expect(
        not np.array_equal(first[4], second[4]),
        "parameters with a gradient to move all the same",
        "one of them stays as it was",
        known=lambda: (
            common.MISSING_ENDS_STEP if all(map(np.array_equal, first[1:], second[1:])) else None
        ),
    )


def stand_in_for_missing(
    step: Callable[[list[list[np.ndarray | None]]], list[Arrays]],
    gradients: list[list[np.ndarray | None]],
    seen: list[Arrays],
) -> Mistake | None:
    """What a new optimizer makes the same way of, where it is given in place of no gradient."""
    zeros, last = ([list(given) for given in gradients] for _ in range(2))
    for t, given in enumerate(gradients):
        for p, gradient in enumerate(given):
            if gradient is None:
                zeros[t][p] = np.zeros_like(seen[t][p])
                last[t][p] = last[t - 1][p] if t and last[t - 1][p] is not None else zeros[t][p]
    with suppress(StudentError):
        for stand_in, mistake in (
            (zeros, common.MISSING_AS_ZERO),
            (last, common.MISSING_AS_LAST),
        ):
            ways = step(stand_in)
            if all(map(np.array_equal, itertools.chain(*ways), itertools.chain(*seen))):
                return mistake
    return None


def expect_two_independent(
    student: Student, rng: np.random.Generator, options: Sequence[Options]
) -> None:
    """Fail unless two optimizers, stepped in turn, do what they do alone, and torch is left alone.

    The second one is made after the first has stepped.
    """
    shapes = draw_shapes(rng)
    starts = [[normal(rng, *shape) for shape in shapes] for _ in options]
    gradients = [draw_gradients(rng, shapes, 4) for _ in options]
    alone = [
        student.make_optimizer(start, **option).step(given)
        for start, option, given in zip(starts, options, gradients, strict=True)
    ]
    seeds = draw_seed(rng), draw_seed(rng)
    first = student.make_optimizer(starts[0], seed=seeds[0], **options[0])
    together: list[list[Arrays]] = [first.step([gradients[0][0]]), []]
    second = student.make_optimizer(starts[1], seed=seeds[1], **options[1])
    for step in range(4):
        together[1] += second.step([gradients[1][step]])
        if step > 0:
            together[0] += first.step([gradients[0][step]])
    for i, option in enumerate(options):
        for p, start in enumerate(starts[i]):
            way, by_itself = ([step[p] for step in ways] for ways in (together[i], alone[i]))
            expect(
                agrees(start, way, by_itself),
                "two optimizers that are stepped in turn not to disturb each other",
                f"the one with {describe(option)} moves a parameter to {show(way[-1])}, alone to "
                f"{show(by_itself[-1])}",
                "Keep state in the optimizer (self.state), not in the module or the class.",
                known=partial(named_disturbance, student, starts[i], gradients[i], option),
            )
    expect(
        not np.array_equal(first.next_draw, second.next_draw),
        "torch's generator to be left alone",
        "it was seeded anew",
        "Do not call torch.manual_seed in the module.",
        known=lambda: common.RESEEDS,
    )
    expect_no_reseeding(student)


def named_disturbance(
    student: Student, start: Arrays, gradients: list[Arrays], options: Options
) -> Mistake:
    """Why an optimizer steps otherwise beside another one than alone."""
    with suppress(StudentError):
        one, other = (
            student.make_optimizer(start, seed=seed, **options).step(gradients) for seed in (0, 1)
        )
        if not all(map(np.array_equal, itertools.chain(*one), itertools.chain(*other))):
            return common.RANDOM_STEPS
    return common.SHARED_STATE


def expect_defaults(
    student: Student,
    rng: np.random.Generator,
    rules: Sequence[Rule],
    defaults: Options,
    passed: Sequence[tuple[Options, float]],
    recognise: Callable[[list[Trial]], Mistake | None],
) -> None:
    """Fail unless leaving arguments out does what `rules` do with their defaults.

    Args:
        rules: empty if the student's own is another one: then leaving arguments out has to do the
            same as passing the defaults.
        passed: the arguments to pass, each time with the scale of the gradients.
        recognise: names the mistake in trials, whose options are those passed.
    """

    def trials() -> Iterator[tuple[Trial, list[list[Arrays]]]]:
        for options, scale in passed:
            shapes = draw_shapes(rng)
            start = [normal(rng, *shape) for shape in shapes]
            gradients = draw_gradients(rng, shapes, steps=4, scale=scale)
            full = defaults | options
            seen = student.make_optimizer(start, **options).step(gradients)
            trial = Trial(options, ways_of(start, seen, gradients), call(options))
            if rules:
                wanted = [[rule(p, g, **full) for p, _, g in trial.followed] for rule in rules]
            else:
                explicit = student.make_optimizer(start, **full).step(gradients)
                wanted = [[way for _, way, _ in ways_of(start, explicit, gradients)]]
            yield trial, wanted

    def name(wrong: Trial) -> Mistake | None:
        return recognise([wrong, *rest_of(trial for trial, _ in left)])

    left = trials()
    for trial, wanted in left:
        for (initial, way, _), *ways in zip(trial.followed, *wanted, strict=True):
            expect(
                any(agrees(initial, way, explicit) for explicit in ways),
                f"{trial.given} to do the same as {call(defaults | trial.options)}",
                f"a parameter at {show(way[-1])} after {len(way)} steps, not {show(ways[0][-1])}",
                known=partial(name, trial),
            )
