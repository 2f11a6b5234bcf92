"""The run that trains the baseline's network with a student's optimizer, held to the rule.

Some hidden units are drawn when it is over. What the gradients of their weights were in each step
is computed here, from the weights and the logits that the step had, so that nothing has to be
recorded where student code could find out what is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from grader.checks.kit.curves import elu
from grader.checks.kit.layers import Layers, two_layers
from grader.checks.kit.optimizers import (
    Arrays,
    Options,
    Rule,
    Trial,
    agrees,
    explains,
    fail_at,
    follow_each,
)
from grader.checks.kit.passes import ALL, ForwardPass, Index, Units, Weights
from grader.checks.kit.shared import expect_accuracy
from grader.checks.kit.training_run import (
    expect_logits,
    expect_unseen,
    loss_gradient,
    places_of,
    refuting,
    units_at,
)
from grader.grading.plugin import Passed, Train
from grader.grading.training import Step, TrainingRun
from grader.sandbox.client import Student

STRIDE = 4  # of the columns that are looked at
TOGETHER = 10  # steps that are computed at once
FITTED = 8  # steps that arguments are found from


def expect_it_learns(
    student: Student,
    rng: np.random.Generator,
    train: Train,
    passed: Passed,
    rules: Sequence[Rule],
    options: Options,
    defaults: Options,
    formula: str,
    *,
    closely: bool = True,
) -> None:
    """Train the baseline's network, and fail unless every step is the rule's and it reads digits.

    Where test_update_rule has not passed, any rule may be the student's, and where test_defaults
    has not, any arguments: those have been told already. Where both have, they are refuted.

    Args:
        rules: those that are right, the first of them as `formula` has it.
        options: for some steps apart from the training, by which rules are told from each other.
        closely: whether the run is held to a rule to float32 accuracy.
    """
    run = train(student_optimizer=True, units=True)
    (trial,) = follow_each(student, rng, [(options, 1.0)], steps=3)
    with refuting("test_update_rule", "test_defaults"):
        expect_trained_baseline(
            run,
            rules if passed("test_update_rule") else (),
            trial,
            defaults,
            as_probed=passed("test_defaults"),
            formula=formula,
            closely=closely,
        )
    expect_accuracy(run, passed)


def expect_trained_baseline(
    run: TrainingRun,
    rules: Sequence[Rule],
    trial: Trial,
    defaults: Options,
    *,
    as_probed: bool,
    formula: str,
    closely: bool = True,
) -> None:
    """Fail unless one of `rules` explains the run's steps, and only the parameters were changed.

    Args:
        rules: empty if the student's own is another one; then it only must leave the network be.
        trial: some steps taken apart from the training, to be explained by the same rule.
        as_probed: whether the defaults are `defaults`; else the arguments may be any.
        closely: whether to float32 accuracy.
    """
    layers = Layers(run.parameters, two_layers(run.sizes))
    expect_unseen(run, ForwardPass(layers.split(run.trained), [elu], run.unseen_images))
    if not rules:
        return
    for revealed in run.revealed:
        weights, images = layers.split(revealed.before), revealed.step.images
        some = ForwardPass(weights, [elu], images[revealed.rows])
        expect_logits(revealed, some, "W2·elu(W1·x + b1) + b2")
    way, errors = followed(run, layers, defaults)
    if closely:
        rules = [rule for rule in rules if explains(rule, trial)] or rules
    ways = [
        (rule, replace(way, options=options))
        for rule in rules
        for options in ([defaults] if as_probed else likely(rule, way))
    ]
    if not any(
        explains_run(rule, way, errors) if closely else resembles(rule, way) for rule, way in ways
    ):
        rule, way = ways[0]
        fail_at(way, rule, formula, lambda: None)


def followed(run: TrainingRun, layers: Layers, options: Options) -> tuple[Trial, list[Arrays]]:
    """What the run did to the units that were followed, as a trial: a way of their weights, and
    one of their biases; and how far off the gradients may be."""
    coordinates, values = run.steps[0].coordinates, run.steps[0].trace.values[1:]  # (S + 1, K)
    weights = {role: values[:, place] for role, place in places_of(layers, coordinates).items()}
    entries = entries_of(
        {role: value[0] for role, value in weights.items()},
        int(units_at(layers, coordinates)[0]),
    )
    slopes, errors = [], []
    for first in range(0, len(run.steps), TOGETHER):
        some = slice(first, first + TOGETHER)
        before = {role: value[:-1][some] for role, value in weights.items()}
        found = slopes_of(run.steps[some], before, entries)
        slopes.append(in_two({role: slope for role, (slope, _) in found.items()}))
        errors.append(in_two({role: error for role, (_, error) in found.items()}))
    seen = in_two({role: weights[role][(ALL, *index)] for role, index in entries.items()})
    gradients, off = (map(np.concatenate, zip(*parts, strict=True)) for parts in (slopes, errors))
    ways = [
        (reached[0], list(reached[1:]), list(of_each))
        for reached, of_each in zip(seen, gradients, strict=True)
    ]
    return Trial(options, ways, "the defaults, in training"), list(map(list, off))


def slopes_of(
    steps: Sequence[Step], weights: Weights, entries: dict[str, tuple[Units, ...]]
) -> dict[str, Index]:
    """The loss's gradients at these entries in some steps, by what their logits were, and how far
    off they may be.

    Args:
        weights: before each of the S steps, as W1 (S, U, F).
    """
    passed = ForwardPass(weights, [elu], np.stack([step.images for step in steps]))
    cotangents = np.stack([loss_gradient(step) for step in steps])
    return {role: passed.gradient(cotangents, role, index) for role, index in entries.items()}


def entries_of(weights: Weights, first: int) -> dict[str, tuple[Units, ...]]:
    """Entries that are looked at, of some units' weights: one of every STRIDE'th column of W1,
    beginning somewhere, and of the others all."""
    w1 = weights["W1"]
    columns = np.arange(first % STRIDE, w1.shape[1], STRIDE)
    return {
        "b1": (ALL,),  # first, as all units are computed for it, once
        "W1": (columns // STRIDE % len(w1), columns),
        "W2": (ALL, ALL),
        "b2": (ALL,),
    }


def in_two(entries: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Those of the weights (S, 1, K) in S steps, and those of the biases (S, K')."""
    flat = {role: part.reshape(len(part), -1) for role, part in entries.items()}
    return (
        np.concatenate([flat["W1"], flat["W2"]], axis=1)[:, None],
        np.concatenate([flat["b1"], flat["b2"]], axis=1),
    )


def explains_run(rule: Rule, trial: Trial, errors: list[Arrays]) -> bool:
    """Whether every parameter took the way of the rule, by gradients that are off by `errors` at
    most."""
    for (start, seen, gradients), off in zip(trial.followed, errors, strict=True):
        around = [
            np.concatenate([g, g + e, g - e], -1, dtype=np.float64)
            for g, e in zip(gradients, off, strict=True)
        ]
        ways = [
            np.split(way, 3, -1)
            for way in rule(np.concatenate([start] * 3, -1), around, **trial.options)
        ]
        room = [
            np.maximum(np.abs(a - way), np.abs(b - way)) + rounded(trial, start, step)
            for step, (way, a, b) in enumerate(ways, start=1)
        ]
        if not agrees(start, seen, [way for way, _, _ in ways], room=room):
            return False
    return True


def rounded(trial: Trial, start: np.ndarray, step: int) -> np.ndarray:
    """How far off parameters may be whose velocity is kept as the difference of two positions:
    what a step rounds, with a deviation of 2⁻²⁴/√3 of the parameter at most, momentum μ carries on
    until it is 1/(1 - μ) times as much. Six deviations; nothing for a rule without momentum."""
    momentum = trial.options.get("momentum", 0.0)
    if not 0 < momentum < 1:
        return np.zeros_like(start)
    deviation = 2.0**-24 / math.sqrt(3) * math.sqrt(step) / (1 - momentum)
    return 6 * deviation * np.abs(start)


def resembles(rule: Rule, trial: Trial) -> bool:
    """Whether most entries end up near where `rule` leads them, if they move at all."""
    off = []
    for start, seen, gradients in trial.followed:
        moved = rule(start, gradients, **trial.options)[-1] - start
        moves = np.abs(moved) > 1e-6
        off.append(np.abs(seen[-1] - start - moved)[moves] / np.abs(moved[moves]))
    return bool(np.median(np.concatenate(off)) < 0.3)


def likely(rule: Rule, trial: Trial) -> Iterator[Options]:
    """Arguments that `trial` may have been made with: those that fit best, and these as people
    write numbers, for what fits is off by some of the rounding of each step."""
    best = fitted(rule, trial)
    yield best
    yield {name: float(f"{value:.3g}") for name, value in best.items()}


def fitted(rule: Rule, trial: Trial) -> Options:
    """The arguments near `trial`'s by which `rule` explains it best: Gauss and Newton's method."""
    names = list(trial.options)
    best: tuple[float, Options] = (np.inf, trial.options)
    for factor in (1.0, 0.5, 0.0):
        options = {n: v if n == "lr" else factor * v for n, v in trial.options.items()}
        # The way is about proportional to the learning rate.
        way, off = moves(rule, trial, options)
        options["lr"] *= 1 - float(way @ off) / max(float(way @ way), 1e-30)
        values = np.array([options[name] for name in names])
        for _ in range(12):
            options = dict(zip(names, map(float, values), strict=True))
            _, off = moves(rule, trial, options)
            size = float(off @ off)
            if not np.isfinite(size):
                break
            best = min(best, (size, options), key=lambda each: each[0])
            step = 1e-4 * np.maximum(np.abs(values), 1e-4)
            slopes = [
                (moves(rule, trial, options | {name: options[name] + h})[1] - off) / h
                for name, h in zip(names, step, strict=True)
            ]
            change, *_ = np.linalg.lstsq(np.stack(slopes, axis=1), off, rcond=None)
            values = values - change
    return best[1]


def moves(rule: Rule, trial: Trial, options: Options) -> tuple[np.ndarray, np.ndarray]:
    """How far `rule` leads in each of the first steps of `trial`, and by how much that is off."""
    ways, off = [], []
    for start, seen, gradients in trial.followed:
        way = rule(start, gradients[:FITTED], **options)
        ways += [(there - start).ravel() for there in way]
        off += [(there - was).ravel() for there, was in zip(way, seen, strict=False)]
    return np.concatenate(ways), np.concatenate(off)
