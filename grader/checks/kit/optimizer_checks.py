"""Checks that all optimizers share: that one is returned, keeps to itself, and has its defaults."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pytest

from grader.checks.kit.optimizers import (
    Arrays,
    Options,
    Rule,
    Trial,
    agrees,
    call,
    describe,
    draw_gradients,
    draw_shapes,
    nothing_known,
    rest_of,
    ways_of,
)
from grader.checks.kit.probes import (
    draw_seed,
    expect,
    normal,
    show,
)
from grader.checks.kit.shared import expect_defined, expect_no_reseeding
from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.shared import common
from grader.grading.plugin import Recognised
from grader.sandbox.client import Student, StudentError, StudentRaised


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Return a torch.optim.Optimizer: one of PyTorch's own, or a subclass with a step() method. A "
    "generator can be gone through once only: make a list of it first."
)
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """make_optimizer returns an optimizer over the given parameters, and it steps"""
    expect_defined(student, "make_optimizer")
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
        ways = list(zip(*optimizer.step(draw_gradients(rng, shapes, 2)), strict=True))
        stays = [
            all(np.array_equal(old, new) for new in way)  # it may have come back
            for old, way in zip(start, ways, strict=True)
        ]
        for old, stayed in zip(start, stays, strict=True):
            expect(
                not stayed,
                f"step() to move every parameter, given {given}",
                f"one of shape {old.shape} stays as it was",
                known=partial(named_stay, stays, as_generator),
            )


def named_stay(stays: Sequence[bool], as_generator: bool) -> Mistake:
    """Why some of the parameters, or all, stay where they are.

    Args:
        as_generator: they came as a generator, after the same parameters as a list were moved.
    """
    if as_generator:
        return common.USED_UP
    return common.NONE_MOVED if all(stays) else common.NOT_ALL_MOVED


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
    recognise: Callable[[list[Trial]], Mistake | None] = nothing_known,
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
