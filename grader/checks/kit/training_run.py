"""The run that trains, held to the formulas: logits, gradients and updates of its steps.

A module can tell most questions from a training: by whether gradients are recorded, by sizes,
values or the number of calls. So the run itself is judged: the logits at steps, the gradients of
hidden units at all steps, and both steps and units were drawn when they were over. Everything is
computed here, in NumPy, from parameters and the batch of such a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.checks.kit.curves import Curve
from grader.checks.kit.layers import Layers
from grader.checks.kit.optimizers import Options, Trial, agrees
from grader.checks.kit.passes import (
    NONE,
    Formula,
    ForwardPass,
    Index,
    Pass,
    Weights,
    summed,
)
from grader.checks.kit.probes import Failure, expect, show_apart
from grader.checks.misconceptions import Known
from grader.checks.misconceptions.shared.common import OTHER_GRADIENT
from grader.grading.training import SGD, RevealedStep, Step, TrainingRun, gradients_of_sgd

RTOL, LOGITS_RTOL = 1e-3, 2e-4
LOOK = (
    "It has to do the same whenever it is called, whatever the sizes, the mode of autograd and the "
    "calls before."
)
BACKWARD = (
    "Every part of forward takes part in the backward pass: nothing is written through .data, "
    "detached or under no_grad, and no gradient is changed on its way."
)


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


def expect_unchanged(run: TrainingRun) -> None:
    """Fail if parameters were other ones when the network was measured than after the last step."""
    expect(
        np.array_equal(run.trained[run.steps[-1].coordinates], run.left),
        "the parameters that the last step left, when the network is measured",
        "others",
        "The optimizer alone changes parameters, and only while the network trains.",
    )


def expect_unseen(run: TrainingRun, passed: Pass) -> None:
    """Fail unless the logits in eval mode, after the training, are those of `passed`."""
    expect_unchanged(run)
    predicted, seen = show_apart(passed.logits, run.unseen_logits)
    expect(
        near(run.unseen_logits, passed.logits, passed.error, rtol=LOGITS_RTOL),
        f"after the training, in eval mode, the logits {predicted} on unseen images",
        seen,
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
    steps only, but for the last bias, which logits and labels tell.
    """
    expect_followed(run)
    expect_forward(run, layers, lambda w, inputs: ForwardPass(w, curves, inputs), in_words)
    expect_last_bias_learns(run, layers, f"b{len(curves) + 1}")
    for revealed in run.revealed:
        passed = ForwardPass(layers.split(revealed.before), curves, revealed.step.images)
        expect_gradients(revealed.step, layers, passed)


def expect_logits(revealed: RevealedStep, passed: Pass, in_words: str) -> None:
    """Fail unless the logits of the step's `rows` are those of `passed`."""
    step, logits = revealed.step, revealed.step.logits[revealed.rows]
    predicted, seen = show_apart(passed.logits, logits)
    expect(
        near(logits, passed.logits, passed.error, rtol=LOGITS_RTOL),
        f"in step {step.number + 1} of training the logits {in_words} of that step's parameters "
        f"and batch, here {predicted}",
        seen,
        LOOK,
    )


def near(
    seen: np.ndarray,
    predicted: np.ndarray,
    error: np.ndarray,
    axis: int | None = None,
    rtol: float = RTOL,
) -> bool:
    """Whether `seen` is as `predicted` but for `error`, and `rtol` of the largest entry; with
    `axis`, of the largest along it."""
    largest = np.abs(predicted).max(axis=axis, initial=1e-6, keepdims=True)
    allowed = rtol * largest + error
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


def expect_last_bias_learns(run: TrainingRun, layers: Layers, role: str) -> None:
    """Fail unless in every step the gradients of the last layer's bias are those of the loss."""
    coordinates = np.empty(0, np.int64)
    for step in run.steps:
        if step.coordinates is not coordinates:
            coordinates = step.coordinates
            chosen, index = layers.locate(coordinates)[role]
        predicted, error = (part[index] for part in summed(loss_gradient(step), NONE))
        seen = step.gradients[chosen]
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
    wanted, had = show_apart(predicted, seen)
    expect(
        False,
        f"in step {number + 1} of training the loss's gradient of `{name}`, here {wanted}",
        had,
        BACKWARD,
        lambda: (known and known()) or OTHER_GRADIENT,
    )


@dataclass(frozen=True)
class UnitsStep:
    """A step as the hidden units lived it that were followed: their network is all of it."""

    step: Step
    weights: Weights  # before it, of these U units: W1 (U, F), b1 (U,), W2 (C, U), …
    gradients: Weights  # of the loss
    errors: Weights  # how far off these may be
    units: np.ndarray  # (U,): their numbers

    @cached_property
    def cotangent(self) -> np.ndarray:
        """d loss / d logits, (N, C)."""
        return loss_gradient(self.step)


def units_steps(run: TrainingRun, layers: Layers) -> Iterator[UnitsStep]:
    """All steps of a run, then one of them once more, with many units."""
    places: dict[str, np.ndarray] = {}
    units = coordinates = np.empty(0, np.int64)
    for step in run.steps:
        if step.coordinates is not coordinates:
            coordinates = step.coordinates
            places = places_of(layers, coordinates)
            units = units_at(layers, coordinates)
        values, gradients, errors = (
            {role: part[place] for role, place in places.items()}
            for part in (step.values, step.gradients, step.gradient_error)
        )
        yield UnitsStep(step, values, gradients, errors, units)
    yield from wide_steps(run, layers)


def wide_steps(run: TrainingRun, layers: Layers) -> Iterator[UnitsStep]:
    """The revealed step in which many units were looked at, if there is one."""
    for revealed in run.closely:
        if revealed.wide is None:
            continue
        units = revealed.wide.units
        earlier, before, after = (
            of_units(layers.split(flat), units, run.sizes[1])
            for flat in (revealed.wide.earlier, revealed.before, revealed.wide.after)
        )
        slopes = {
            role: gradients_of_sgd(earlier[role], before[role], after[role]) for role in before
        }
        gradients, errors = ({role: each[n] for role, each in slopes.items()} for n in (0, 1))
        yield UnitsStep(revealed.step, before, gradients, errors, units)


def of_units(weights: Weights, units: np.ndarray, num_hidden: int) -> Weights:
    """What belongs to these hidden units, and what belongs to none."""
    return {
        role: np.take(value, units, value.shape.index(num_hidden))
        if num_hidden in value.shape
        else value
        for role, value in weights.items()
    }


def places_of(layers: Layers, coordinates: np.ndarray) -> dict[str, np.ndarray]:
    """For each role which of `coordinates` are its own, in the shape of the block that they are."""
    return {role: in_order(*found) for role, found in layers.locate(coordinates).items()}


def units_at(layers: Layers, coordinates: np.ndarray) -> np.ndarray:
    """The numbers of the hidden units, in order, whose weights `coordinates` hold."""
    return np.flatnonzero(np.bincount(layers.locate(coordinates)["W1"][1][0]))


def in_order(chosen: np.ndarray, index: Index) -> np.ndarray:
    """The `chosen` coordinates in the shape of the block that they are of a parameter."""
    order = np.lexsort(index[::-1])
    return chosen[order].reshape([np.count_nonzero(np.bincount(axis)) for axis in index])


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
    for role, (predicted, error) in passed.gradients(units.cotangent).items():
        seen = units.gradients[role]
        # A unit that learns much must not hide what another one does.
        axis = 1 if role == "W1" else None
        yield role, seen, predicted, near(seen, predicted, error + units.errors[role], axis)


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
