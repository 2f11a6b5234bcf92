"""The training check's run: what is shown to the student's code, and what is concluded from it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.course.digits import Digits
from grader.course.manifest import Assignment
from grader.report.model import Training
from grader.sandbox.client import Parameter, Student
from grader.sandbox.trainee import Followed, Trainee

TRAIN_IMAGES = 1000
VALID_IMAGES = 500
COMPARED_IMAGES = 50  # at random among those: what a forward pass of our own is worth
BATCH_SIZE = 100
EPS = 2.0**-23  # what float32 resolves
SGD = {"lr": 0.01, "momentum": 0.9}  # what a student's network is trained with
REVEALED = 3  # steps that are looked at closely, besides the first
ENTRIES = 40  # of each parameter
UNITS = 6  # followed in an epoch
NEIGHBOURS = 4  # of these: units side by side, that are met again in each
MANY_UNITS = 96  # in one step
STEADY_UNITS = 64  # followed through a run, of a student's optimizer
ROWS = 100  # of all revealed steps, whose logits are compared
TRAINING_SIZES = (784, 512, 10)  # (F, H, C)
OWN_SIZES = (784, 10)  # (F, C)


@dataclass(frozen=True)
class Trace:
    """What some parameters were through an epoch of S steps."""

    values: np.ndarray  # (2 + S, K): one step before the first, before it, and after each

    @cached_property
    def slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """The gradients (S, K) by which SGD with momentum made the steps, and how far off these
        may be. What moved the parameters besides is part of these."""
        return gradients_of_sgd(self.values[:-2], self.values[1:-1], self.values[2:])


@dataclass(frozen=True)
class Step:
    """One step of a run.

    P counts the entries of all parameters, one after the other; K coordinates among them, which
    were drawn when the step was over. All float32 but for the integers.
    """

    number: int  # of the steps before it
    images: np.ndarray  # (N, F), in [0, 1]
    labels: np.ndarray  # (N,), int64
    logits: np.ndarray  # (N, C), in train mode
    coordinates: np.ndarray  # (K,), int64; the same array for all steps of an epoch
    trace: Trace  # of its epoch
    place: int  # in its epoch
    buffers_before: list[np.ndarray]
    buffers_after: list[np.ndarray]

    @property
    def values(self) -> np.ndarray:
        """(K,): the parameters there that gave the logits."""
        values: np.ndarray = self.trace.values[self.place + 1]
        return values

    @property
    def gradients(self) -> np.ndarray:
        """(K,): of the loss, if SGD with momentum made the step."""
        gradients: np.ndarray = self.trace.slopes[0][self.place]
        return gradients

    @property
    def gradient_error(self) -> np.ndarray:
        """(K,): how far off these may be."""
        errors: np.ndarray = self.trace.slopes[1][self.place]
        return errors


@dataclass(frozen=True)
class Wide:
    """What many hidden units did in a step that SGD made."""

    units: np.ndarray  # (U,): their numbers, in order
    earlier: np.ndarray  # (P,): the parameters one step before those that gave the logits
    after: np.ndarray  # (P,)


@dataclass(frozen=True)
class RevealedStep:
    """A step that was drawn when its epoch was over, with all of its parameters."""

    step: Step
    rows: np.ndarray  # (M,): some of its batch's
    before: np.ndarray  # (P,): the parameters that gave the logits
    closely: bool  # whether more than logits is worth its time
    wide: Wide | None  # what many units did, in one of the steps


@dataclass(frozen=True)
class TrainingRun:
    """A finished run: what was concluded from it, and what proves that it was the task's."""

    summary: Training
    sizes: tuple[int, int, int]  # (F, H, C)
    parameters: list[Parameter]  # before the first step
    coordinates: np.ndarray  # (K,) int64, recorded in all S steps; none where units are followed
    gradients: np.ndarray  # (S, K)
    values: np.ndarray  # (S, K), after each step
    steps: list[Step]  # all S
    left: np.ndarray  # what the last of them left at its coordinates
    revealed: list[RevealedStep]  # the first one, and some more
    trained: np.ndarray  # (P,): all parameters after the last step
    buffers: list[np.ndarray]  # the same
    unseen_images: np.ndarray  # (M, F), in [0, 1]: some of those measured on
    unseen_logits: np.ndarray  # (M, C), in eval mode

    @property
    def closely(self) -> list[RevealedStep]:
        """The first of the revealed steps, and REVEALED more."""
        return [revealed for revealed in self.revealed if revealed.closely]


def run_training(
    student: Student,
    assignment: Assignment,
    digits: Digits,
    rng: np.random.Generator,
    judged: np.random.Generator,
    *,
    student_optimizer: bool = False,
    units: bool = False,
    meet_again: bool = False,
) -> TrainingRun:
    """Train by the seed's loop on the first 1000 images; measure on the next 500.

    The pixels of all images are shown in one random order, which changes nothing for these
    networks, but makes weights that were trained elsewhere useless. Accuracies and losses are
    computed here, from logits; the labels of the images measured on never leave this process.

    Args:
        rng: draws what the run is made from.
        judged: draws what of it is judged, which nobody may know before.
        student_optimizer: train the baseline's Net with the student's make_optimizer, not the
            student's Net with SGD and momentum.
        units: follow all entries of some hidden units, not some of each parameter; others in each
            epoch, but for a student's optimizer, whose steps have to be followed from the first.
        meet_again: follow some of the units in all epochs.

    Raises:
        StudentError: the student's code failed on the way.
        ValueError: course.toml says that the assignment does not train.
    """
    expect_epochs(assignment)
    order = rng.permutation(digits.images.shape[1])
    images = np.take(digits.images[: TRAIN_IMAGES + VALID_IMAGES], order, axis=1)
    labels = digits.labels[: TRAIN_IMAGES + VALID_IMAGES]
    kept = assignment.epochs if student_optimizer else 1
    trainee = student.train(
        TRAINING_SIZES,
        images[:TRAIN_IMAGES],
        labels[:TRAIN_IMAGES],
        seed=int(rng.integers(2**31)),
        batch_size=BATCH_SIZE,
        students="optimizer" if student_optimizer else "network",
        kept=kept,
        **SGD,
    )
    batches = [
        (as_seen(images[start : start + BATCH_SIZE]), labels[start : start + BATCH_SIZE])
        for start in range(0, TRAIN_IMAGES, BATCH_SIZE)
    ]
    recorded = draw_coordinates(judged, [] if units else trainee.parameters)
    num_hidden, count = TRAINING_SIZES[1], STEADY_UNITS if student_optimizer else UNITS
    met_again = draw_neighbours(judged, num_hidden) if meet_again else np.empty(0, np.int64)
    drawn = draw_steps(judged, assignment.epochs, kept, len(batches))
    closely = {0, *judged.choice(sorted(drawn - {0}), REVEALED, replace=False).tolist()}
    wide = int(judged.choice(sorted(closely - {0}))) if units and not student_optimizer else None
    logits: list[np.ndarray] = []
    gradients: list[np.ndarray] = []
    values: list[np.ndarray] = []
    steps: list[Step] = []
    revealed: list[RevealedStep] = []
    for epoch in range(assignment.epochs):
        outputs, slopes, reached = trainee.epoch(recorded)
        logits += outputs
        gradients += list(slopes)
        values += list(reached)
        if (epoch + 1) % kept:
            continue
        first = len(steps)
        coordinates = (
            entries_of(draw_units(judged, num_hidden, count, met_again), trainee.parameters)
            if units
            else draw_coordinates(judged, trainee.parameters)
        )
        shown = trainee.follow(coordinates)
        steps += followed_steps(first, batches * kept, logits[first:], coordinates, shown)
        revealed += [
            reveal(
                trainee,
                step,
                step.number - first,
                judged,
                rows=-(-ROWS // len(drawn)),
                closely=step.number in closely,
                many=step.number == wide,
            )
            for step in steps[first:]
            if step.number in drawn
        ]
    unseen_logits, trained, buffers = trainee.measure(images[TRAIN_IMAGES:])
    summary = summarise(
        logits, unseen_logits, labels[:TRAIN_IMAGES], labels[TRAIN_IMAGES:], assignment
    )
    compared = judged.choice(VALID_IMAGES, COMPARED_IMAGES, replace=False)
    return TrainingRun(
        summary,
        TRAINING_SIZES,
        trainee.parameters,
        recorded,
        np.stack(gradients),
        np.stack(values),
        steps,
        shown.values[-1],
        revealed,
        trained,
        buffers,
        as_seen(images[TRAIN_IMAGES + compared]),
        unseen_logits[compared],
    )


def reveal(
    trainee: Trainee,
    step: Step,
    place: int,
    judged: np.random.Generator,
    *,
    rows: int,
    closely: bool,
    many: bool,
) -> RevealedStep:
    """What `step`, which stands at `place` of those that the worker keeps, is judged by; with
    `many` units besides the followed ones."""
    compared = np.sort(judged.choice(BATCH_SIZE, rows, replace=False))
    before = trainee.reveal(place) if step.number else begun(trainee.parameters)
    wide = None
    if many:
        units = np.sort(judged.choice(TRAINING_SIZES[1], MANY_UNITS, replace=False))
        wide = Wide(units, trainee.reveal(place - 1), trainee.reveal(place + 1))
    return RevealedStep(step, compared, before, closely, wide)


def begun(parameters: Sequence[Parameter]) -> np.ndarray:
    """All parameters (P,), one after the other, before the first step."""
    values = [p.value.ravel() for p in parameters if p.value is not None]
    return np.concatenate([np.empty(0, np.float32), *values])


def followed_steps(
    first: int,
    batches: Sequence[tuple[np.ndarray, np.ndarray]],
    logits: Sequence[np.ndarray],
    coordinates: np.ndarray,
    shown: Followed,
) -> list[Step]:
    """The steps of an epoch, from the number `first` on."""
    trace = Trace(shown.values)
    return [
        Step(
            first + number,
            *batch,
            logits[number],
            coordinates,
            trace,
            number,
            shown.buffers[number],
            shown.buffers[number + 1],
        )
        for number, batch in enumerate(batches)
    ]


def gradients_of_sgd(
    earlier: np.ndarray, before: np.ndarray, after: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The gradients by which SGD with momentum made a step, and how far off these may be.

    Args:
        earlier: the parameters one step before `before`.
    """
    # after - before = momentum * (before - earlier) - lr * gradient
    gradients = (SGD["momentum"] * (before - earlier) - (after - before)) / SGD["lr"]
    size = np.maximum(np.abs(before), np.abs(after))
    return gradients, size * np.float32(2 * EPS / SGD["lr"])


def draw_steps(rng: np.random.Generator, epochs: int, kept: int, batches: int) -> set[int]:
    """The first of all steps, and as many others from each `kept` epochs; at least REVEALED.

    What is revealed when these are over tells nothing of the next ones: there, too, no step is safe
    from being looked at.
    """
    size = kept * batches
    parts = -(-REVEALED * kept // epochs)
    drawn = {0}
    for first in range(0, epochs * batches, size):
        ends = np.linspace(first or 1, first + size, parts + 1).astype(int)
        drawn |= {int(rng.integers(a, b)) for a, b in itertools.pairwise(ends)}
    return drawn


def draw_coordinates(rng: np.random.Generator, parameters: Sequence[Parameter]) -> np.ndarray:
    """Up to ENTRIES of each parameter, as they count through all of them; sorted."""
    drawn, start = [np.empty(0, np.int64)], 0
    for parameter in parameters:
        size = 0 if parameter.value is None else parameter.value.size
        drawn.append(start + np.sort(rng.integers(0, max(size, 1), min(ENTRIES, size))))
        start += size
    return np.concatenate(drawn)


def draw_neighbours(rng: np.random.Generator, num_hidden: int) -> np.ndarray:
    """NEIGHBOURS units side by side; the order goes round, so that the first is any."""
    return (int(rng.integers(num_hidden)) + np.arange(NEIGHBOURS)) % num_hidden


def draw_units(
    rng: np.random.Generator, num_hidden: int, count: int, met_again: np.ndarray
) -> np.ndarray:
    """`count` hidden units to follow, sorted: those that are `met_again`, and any others."""
    others = np.setdiff1d(np.arange(num_hidden), met_again)
    fresh = rng.choice(others, count - len(met_again), replace=False)
    return np.sort(np.concatenate([met_again, fresh]))


def entries_of(units: np.ndarray, parameters: Sequence[Parameter]) -> np.ndarray:
    """All entries of these hidden units, and the first ENTRIES of what belongs to no unit, as they
    count through all parameters; sorted."""
    drawn, start = [np.empty(0, np.int64)], 0
    for parameter in parameters:
        if parameter.value is None:
            continue
        shape, size = parameter.value.shape, parameter.value.size
        if shape.count(TRAINING_SIZES[1]) == 1:
            chosen = [units if n == TRAINING_SIZES[1] else np.arange(n) for n in shape]
            entries = np.ravel_multi_index(np.ix_(*chosen), shape).ravel()
        else:
            entries = np.arange(min(ENTRIES, size))
        drawn.append(start + entries)
        start += size
    return np.concatenate(drawn)


def as_seen(images: np.ndarray) -> np.ndarray:
    """uint8 images as the network sees them."""
    return images.astype(np.float32) / np.float32(255)


@dataclass(frozen=True)
class OwnRun:
    """A finished run of a network and an optimizer of the student's own."""

    summary: Training
    bands: tuple[float, ...]  # accuracies below the threshold that earn something, too
    last_logits: np.ndarray  # (N, C): of the last batch, in train mode
    unseen_logits: np.ndarray  # (M, C): of the test images, in eval mode


def run_own(
    student: Student,
    assignment: Assignment,
    digits: Digits,
    unseen: Digits,
    rng: np.random.Generator,
) -> OwnRun:
    """Train the student's network with the student's optimizer; measure on test images.

    The loop, and so the number of steps, is the seed's. The pixels stay in their order, as a
    network may make use of which are neighbours; the classes get other numbers instead, so that
    weights which were trained elsewhere tell nothing before they have learnt these.

    Raises:
        StudentError: the student's code failed on the way.
        ValueError: course.toml says that the assignment does not train.
    """
    expect_epochs(assignment)
    numbers = rng.permutation(OWN_SIZES[-1])
    labels = numbers[digits.labels[:TRAIN_IMAGES]]
    trainee = student.train(
        OWN_SIZES,
        digits.images[:TRAIN_IMAGES],
        labels,
        seed=int(rng.integers(2**31)),
        batch_size=BATCH_SIZE,
        students="both",
        kept=0,
        **SGD,
    )
    nowhere = np.empty(0, np.int64)
    logits = [output for _ in range(assignment.epochs) for output in trainee.epoch(nowhere)[0]]
    unseen_logits, _, _ = trainee.measure(unseen.images)
    summary = summarise(logits, unseen_logits, labels, numbers[unseen.labels], assignment)
    return OwnRun(summary, assignment.bands, logits[-1], unseen_logits)


def summarise(
    train_logits: Sequence[np.ndarray],
    unseen_logits: np.ndarray,
    labels: np.ndarray,
    unseen_labels: np.ndarray,
    assignment: Assignment,
) -> Training:
    """What the logits of a run's batches say, by the labels of the images that were trained on
    and measured on."""
    epochs = np.concatenate(train_logits).reshape(assignment.epochs, len(labels), -1)
    accuracies = [accuracy(logits, labels) for logits in epochs]
    return Training(
        train_accuracy=accuracies[-1],
        valid_accuracy=accuracy(unseen_logits, unseen_labels),
        loss=[cross_entropy(logits, labels) for logits in epochs],
        threshold=assignment.threshold,
        accuracy=accuracies,
    )


def expect_epochs(assignment: Assignment) -> None:
    if not assignment.epochs:
        raise ValueError(f"course.toml: {assignment.slug!r} trains; give it epochs and a threshold")


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows of logits (N, C) whose largest entry is their label's; from 0 to 1."""
    return float((logits.argmax(axis=1) == labels).mean())


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean of -log softmax(logits)[label] over the rows of (N, C) logits, in nats."""
    logits = logits.astype(np.float64)  # the largest float32 logits overflow in float32
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return float((log_sum - shifted[np.arange(len(labels)), labels]).mean())
