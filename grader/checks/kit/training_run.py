"""The run that trains, held to the formulas: logits, gradients and updates of its steps.

A module can tell most questions from a training: by whether gradients are recorded, by sizes,
values or the number of calls. So the run itself is judged: the logits at steps, the gradients of
hidden units at all steps, and both steps and units were drawn when they were over. Everything is
computed here, in NumPy, from parameters and the batch of such a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from grader.checks.kit.curves import Curve, Sampled, elu
from grader.checks.kit.layers import Layers, two_layers
from grader.checks.kit.optimizers import Options, Rule, Trial, agrees, explains, fail_at
from grader.checks.kit.probes import Failure, expect, show
from grader.checks.misconceptions import Known
from grader.grading.training import SGD, RevealedStep, Step, TrainingRun

Weights = dict[str, np.ndarray]
Index = tuple[np.ndarray, ...]  # of some entries: an array for each dimension
Units = slice | np.ndarray  # of a layer
ALL = slice(None)
NONE = np.zeros((1, 1))  # an error
RTOL = 1e-3
ROUNDING = 1e-5  # of a sum's terms
FITTED = 8  # steps that arguments are found from
LOOK = (
    "It has to do the same whenever it is called, whatever the sizes, the mode of autograd and the "
    "calls before."
)
BACKWARD = (
    "Every part of forward takes part in the backward pass: nothing is detached, and no gradient "
    "is changed on its way."
)


class Pass(Protocol):
    """A batch on its way through a network, by a formula."""

    @property
    def logits(self) -> np.ndarray:
        """(N, C)."""

    @property
    def error(self) -> np.ndarray:
        """(N, C), or what broadcasts to it: how far off the formula may be."""

    def gradients(self, cotangent: np.ndarray) -> dict[str, Index]:
        """For each parameter d sum(cotangent·logits) / d parameter, and how far off it may be."""


Formula = Callable[[Weights, np.ndarray], Pass]  # of inputs (N, F)


class ForwardPass:
    """Layers W·x + b with a pointwise function after each but the last, for one batch.

    Units are computed when they are asked for, so that some entries of a gradient cost little.

    Args:
        weights: W1, b1, W2, …, as (fan_out, fan_in) and (fan_out,).
        curves: one for each layer but the last.
        inputs: (N, F).
    """

    def __init__(self, weights: Weights, curves: Sequence[Curve], inputs: np.ndarray) -> None:
        self.weights = weights
        self.curves = curves
        self.inputs = inputs
        self._hidden: dict[int, Sampled] = {}
        self._deltas: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    @cached_property
    def logits(self) -> np.ndarray:
        return self._sums(len(self.curves) + 1, ALL)[0]

    @cached_property
    def error(self) -> np.ndarray:
        return self._sums(len(self.curves) + 1, ALL)[1]

    def hidden(self, number: int, units: Units = ALL) -> Sampled:
        """What some units of a hidden layer make of the batch: values and slopes (N, K)."""
        if number in self._hidden:
            return Sampled(*(part[:, units] for part in self._hidden[number]))
        z, z_error = self._sums(number, units)
        seen = self.curves[number - 1](z)
        if z_error is not NONE:
            wider = seen.value_error + (np.abs(seen.slope) + seen.slope_error) * z_error
            seen = seen._replace(value_error=wider)
        if units is ALL:
            self._hidden[number] = seen
        return seen

    def _entering(self, number: int, units: Units = ALL) -> tuple[np.ndarray, np.ndarray]:
        """What comes into a layer (N, K), and its error."""
        if number == 1:
            return self.inputs[:, units], NONE
        hidden = self.hidden(number - 1, units)
        return hidden.value, hidden.value_error

    def _sums(self, number: int, units: Units) -> tuple[np.ndarray, np.ndarray]:
        """W·x + b of some units of a layer (N, K), and its error."""
        weight, bias = self.weights[f"W{number}"][units], self.weights[f"b{number}"][units]
        inputs, error = self._entering(number)
        z = inputs @ weight.T + bias  # (N, I) @ (I, K) -> (N, K)
        return z, error @ np.abs(weight).T if error.any() else NONE

    def _delta(
        self, cotangent: np.ndarray, number: int, units: Units = ALL
    ) -> tuple[np.ndarray, np.ndarray]:
        """The gradient (N, K) with respect to W·x + b of some units of a layer, and its error."""
        if number > len(self.curves):
            return cotangent[:, units], NONE
        if number in self._deltas:
            delta, error = self._deltas[number]
            return delta[:, units], error[:, units]
        above, above_error = self._delta(cotangent, number + 1)
        weight = self.weights[f"W{number + 1}"][:, units]
        hidden = self.hidden(number, units)
        back = above @ weight  # (N, O) @ (O, K) -> (N, K)
        # Where all weights are alike the terms add up to nothing, and rounding is all there is.
        back_error = (ROUNDING * np.abs(above) + above_error) @ np.abs(weight)
        size = np.abs(hidden.slope) + hidden.slope_error
        error = np.abs(back) * hidden.slope_error + back_error * size
        found = back * hidden.slope, error
        if units is ALL:
            self._deltas[number] = found
        return found

    def gradient(self, cotangent: np.ndarray, role: str, index: Index) -> Index:
        """Some entries of one of the `gradients`."""
        number = int(role[1:])
        delta, error = self._delta(cotangent, number, index[0])
        if role.startswith("b"):
            return summed(delta, error)
        inputs, inputs_error = self._entering(number, index[1])
        size = np.abs(inputs) + inputs_error
        return summed(delta * inputs, error * size + np.abs(delta) * inputs_error)

    def gradients(self, cotangent: np.ndarray) -> dict[str, Index]:
        found = {}
        for number in range(1, len(self.curves) + 2):
            delta, error = self._delta(cotangent, number)
            found[f"W{number}"] = multiplied(delta, error, *self._entering(number))
            found[f"b{number}"] = summed(delta, error)
        return found


def multiplied(
    delta: np.ndarray, delta_error: np.ndarray, inputs: np.ndarray, inputs_error: np.ndarray
) -> Index:
    """The product (O, I) of (N, O) and (N, I), summed over the rows, and its error, rounding
    included."""
    size = np.abs(inputs)
    error = ROUNDING * (np.abs(delta).T @ size)
    if delta_error.any():
        error = error + np.broadcast_to(delta_error, delta.shape).T @ (size + inputs_error)
    if inputs_error.any():
        error = error + np.abs(delta).T @ np.broadcast_to(inputs_error, inputs.shape)
    return delta.T @ inputs, error


def summed(terms: np.ndarray, errors: np.ndarray) -> Index:
    """The sums of (N, K) terms over the rows, and their errors, rounding included."""
    return terms.sum(axis=0), (errors + ROUNDING * np.abs(terms)).sum(axis=0)


def loss_gradient(step: Step) -> np.ndarray:
    """d mean cross-entropy / d logits, (N, C), at the logits that the step had."""
    shares = np.exp(step.logits - step.logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(step.labels)), step.labels] -= 1
    return shares / np.float32(len(step.labels))


# ---------------------------------------------------------------- what is asked of a run


@contextmanager
def refuting(*checks: str) -> Iterator[None]:
    """A failure in here takes back that `checks` passed: what they saw is not what trains."""
    try:
        yield
    except Failure as failure:
        failure.refutes = checks
        raise


def sampled(run: TrainingRun) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Parameters (P,) and some of the images that they saw, for each moment that is looked at."""
    for revealed in run.revealed:
        yield revealed.before, revealed.step.images[::10]
    yield run.trained, run.unseen_images[::10]


def first_sums(run: TrainingRun, layers: Layers) -> np.ndarray:
    """A sample of the W1·x + b1 that the run had."""
    sums = []
    for flat, images in sampled(run):
        weights = layers.split(flat)
        sums.append(images @ weights["W1"].T + weights.get("b1", np.float32(0)))
    return np.concatenate(sums)


def expect_unseen(run: TrainingRun, passed: Pass) -> None:
    """Fail unless the logits in eval mode, after the training, are those of `passed`."""
    expect(
        near(run.unseen_logits, passed.logits, passed.error),
        f"after the training, in eval mode, the logits {show(passed.logits)} on unseen images",
        show(run.unseen_logits),
        LOOK,
    )


def expect_forward(run: TrainingRun, layers: Layers, formula: Formula, in_words: str) -> None:
    """Fail unless the logits of the revealed steps, and of the trained network, are `formula`'s.

    Args:
        in_words: the formula, for a message.
    """
    for revealed in run.revealed:
        images = revealed.step.images[revealed.rows]
        expect(
            np.array_equal(revealed.before[revealed.step.coordinates], revealed.step.values),
            f"the parameters before step {revealed.step.number + 1} of training, asked for twice",
            "others the second time",
        )
        expect_logits(revealed, formula(layers.split(revealed.before), images), in_words)
    expect_unseen(run, formula(layers.split(run.trained), run.unseen_images))


def expect_two_layers_train(run: TrainingRun, layers: Layers, curve: Curve, in_words: str) -> None:
    """Fail unless the run was that of W2·curve(W1·x + b1) + b2; it has to follow units.

    Args:
        in_words: the formula, for a message.
    """

    def formula(weights: Weights, inputs: np.ndarray) -> Pass:
        return ForwardPass(weights, [curve], inputs)

    expect_forward(run, layers, formula, in_words)
    expect_units_learn(run, layers, formula)


def expect_chain_trains(
    run: TrainingRun, layers: Layers, curves: Sequence[Curve], in_words: str
) -> None:
    """Fail unless the run was that of layers with `curves` between them, of any number.

    What a unit learns from depends on all of the layers: gradients are compared at the revealed
    steps only.
    """
    expect_followed(run)
    expect_forward(run, layers, lambda w, inputs: ForwardPass(w, curves, inputs), in_words)
    for revealed in run.revealed:
        passed = ForwardPass(layers.split(revealed.before), curves, revealed.step.images)
        expect_gradients(revealed.step, layers, passed)


def expect_logits(revealed: RevealedStep, passed: Pass, in_words: str) -> None:
    """Fail unless the logits of the step's `rows` are those of `passed`."""
    step, logits = revealed.step, revealed.step.logits[revealed.rows]
    predicted, seen = farthest_apart(passed.logits, logits)
    expect(
        near(logits, passed.logits, passed.error),
        f"in step {step.number + 1} of training the logits {in_words} of that step's parameters "
        f"and batch, here {show(predicted)}",
        show(seen),
        LOOK,
    )


def farthest_apart(predicted: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All entries of both, those that differ most first."""
    order = np.argsort(-np.abs(seen - predicted), axis=None, kind="stable")
    return predicted.ravel()[order], seen.ravel()[order]


def near(seen: np.ndarray, predicted: np.ndarray, error: np.ndarray) -> bool:
    """Whether `seen` is as `predicted` but for `error`, and RTOL of the largest entry."""
    allowed = RTOL * np.abs(predicted).max(initial=1e-6) + error
    # So put that what is not a number is near nothing.
    return bool((np.abs(seen - predicted) <= allowed).all())


def expect_gradients(step: Step, layers: Layers, passed: ForwardPass) -> None:
    """Fail unless the gradients are those of the loss through this network."""
    cotangent = loss_gradient(step)
    for role, (chosen, index) in layers.locate(step.coordinates).items():
        seen = step.gradients[chosen]
        predicted, error = passed.gradient(cotangent, role, index)
        agree = near(seen, predicted, error + step.gradient_error[chosen])
        expect_gradient(step.number, layers.name(role), seen, predicted, agree)


def expect_gradient(
    number: int,
    name: str,
    seen: np.ndarray,
    predicted: np.ndarray,
    agree: bool,
    known: Known | None = None,
) -> None:
    """Fail unless `agree`, with the entries of a parameter's gradient that are farthest apart."""
    if agree:
        return
    predicted, seen = farthest_apart(predicted, seen)
    expect(
        False,
        f"in step {number + 1} of training the loss's gradient of `{name}`, here {show(predicted)}",
        show(seen),
        BACKWARD,
        known,
    )


@dataclass(frozen=True)
class UnitsStep:
    """A step as the hidden units lived it that were followed: their network is all of it."""

    step: Step
    weights: Weights  # before it, of these U units: W1 (U, F), b1 (U,), W2 (C, U), …
    gradients: Weights  # of the loss
    errors: Weights  # how far off these may be
    units: np.ndarray  # (U,): their numbers


def units_steps(run: TrainingRun, layers: Layers) -> Iterator[UnitsStep]:
    """All steps of a run."""
    places: dict[str, np.ndarray] = {}
    units = coordinates = np.empty(0, np.int64)
    for step in run.steps:
        if step.coordinates is not coordinates:
            coordinates = step.coordinates
            located = layers.locate(coordinates)
            places = {role: in_order(*found) for role, found in located.items()}
            units = np.unique(located["W1"][1][0])
        values, gradients, errors = (
            {role: part[place] for role, place in places.items()}
            for part in (step.values, step.gradients, step.gradient_error)
        )
        yield UnitsStep(step, values, gradients, errors, units)


def in_order(chosen: np.ndarray, index: Index) -> np.ndarray:
    """The `chosen` coordinates in the shape of the block that they are of a parameter."""
    order = np.lexsort(index[::-1])
    return chosen[order].reshape([len(np.unique(axis)) for axis in index])


def expect_units_learn(run: TrainingRun, layers: Layers, formula: Formula) -> None:
    """Fail unless in every step the gradients of the units that are followed are those of the
    loss through `formula`, and SGD with momentum moved them."""
    for units in units_steps(run, layers):
        passed = formula(units.weights, units.step.images)
        for role, seen, predicted, agree in compared_gradients(units, passed):
            expect_gradient(units.step.number, layers.name(role), seen, predicted, agree)


def compared_gradients(
    units: UnitsStep, passed: Pass
) -> Iterator[tuple[str, np.ndarray, np.ndarray, bool]]:
    """For each role the gradients that the units had and those of `passed`, and whether they
    agree."""
    for role, (predicted, error) in passed.gradients(loss_gradient(units.step)).items():
        seen = units.gradients[role]
        yield role, seen, predicted, near(seen, predicted, error + units.errors[role])


def expect_followed(run: TrainingRun) -> None:
    """Fail unless SGD with momentum moved the parameters, at the coordinates that were followed
    through the whole run."""
    trial = followed(run, SGD, "the optimizer's own arguments")
    for start, values, gradients in trial.followed:
        velocity, way, there = np.zeros(start.shape), [], start.astype(np.float64)
        for gradient in gradients:
            velocity = SGD["momentum"] * velocity + gradient
            there = there - SGD["lr"] * velocity
            way.append(there)
        expect(
            agrees(start, values, way),
            "parameters that move as the optimizer moves them, in every step of training",
            "others",
            "The optimizer alone changes parameters while the network trains.",
        )


def followed(run: TrainingRun, options: Options, given: str) -> Trial:
    """What the run did at the coordinates that were followed through it, as a trial.

    Entries of a parameter of one dimension keep one, those of others have two.
    """
    start = run.revealed[0].before[run.coordinates]
    ways = []
    first = 0
    for parameter in run.parameters:
        assert parameter.value is not None
        last = first + parameter.value.size
        chosen = np.flatnonzero((first <= run.coordinates) & (run.coordinates < last))
        first = last
        if parameter.value.ndim > 1:
            chosen = chosen[None]
        ways.append(
            (
                start[chosen],
                [values[chosen] for values in run.values],
                [gradients[chosen] for gradients in run.gradients],
            )
        )
    return Trial(options, ways, given)


# ---------------------------------------------------------------- the run of an optimizer


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
