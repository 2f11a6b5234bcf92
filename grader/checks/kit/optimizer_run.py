"""The run that trains the baseline's network with a student's optimizer, held to the rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.checks.kit.curves import elu
from grader.checks.kit.layers import Layers, two_layers
from grader.checks.kit.optimizers import Options, Rule, Trial, explains, fail_at
from grader.checks.kit.passes import ForwardPass
from grader.checks.kit.probes import expect
from grader.checks.kit.training_run import expect_gradients, expect_logits, followed, near
from grader.grading.training import TrainingRun

FITTED = 8  # steps that arguments are found from


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
    trained = ForwardPass(layers.split(run.trained), [elu], run.unseen_images)
    expect(
        near(run.unseen_logits, trained.logits, trained.error),
        "the trained baseline network's logits on the validation images",
        "others",
        "An optimizer changes parameters only, never the network.",
    )
    if not rules:
        return
    for revealed in run.revealed:
        weights, images = layers.split(revealed.before), revealed.step.images
        some = ForwardPass(weights, [elu], images[revealed.rows])
        expect_logits(revealed, some, "W2·elu(W1·x + b1) + b2")
        expect_gradients(revealed.step, layers, ForwardPass(weights, [elu], images))
    way = followed(run, defaults, "the defaults, in training")
    if closely:
        rules = [rule for rule in rules if explains(rule, trial)] or rules
    held = explains if closely else resembles
    ways = [way if as_probed else replace(way, options=fitted(rule, way)) for rule in rules]
    if not any(held(rule, way) for rule, way in zip(rules, ways, strict=True)):
        fail_at(ways[0], rules[0], formula, lambda: None)


def resembles(rule: Rule, trial: Trial) -> bool:
    """Whether most entries end up near where `rule` leads them, if they move at all."""
    off = []
    for start, seen, gradients in trial.followed:
        moved = rule(start, gradients, **trial.options)[-1] - start
        moves = np.abs(moved) > 1e-6
        off.append(np.abs(seen[-1] - start - moved)[moves] / np.abs(moved[moves]))
    return bool(np.median(np.concatenate(off)) < 0.3)


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
