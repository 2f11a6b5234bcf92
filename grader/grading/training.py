"""The training check's run: what is shown to the student's code, and what is concluded from it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.course.digits import Digits
from grader.course.manifest import Assignment
from grader.report.model import Training
from grader.sandbox.client import Parameter, Student
from grader.sandbox.trainee import Revealed, Trainee

TRAIN_IMAGES = 1000
VALID_IMAGES = 500
COMPARED_IMAGES = 50  # at random among those: what a forward pass of our own is worth
BATCH_SIZE = 100
SGD = {"lr": 0.01, "momentum": 0.9}  # what a student's network is trained with
REVEALED = 3  # steps, besides the first
FOLLOWED, COMPARED = 40, 40  # entries of each parameter, through the run and at revealed steps
ROWS = 25  # of a batch, whose logits are compared
TRAINING_SIZES = (784, 512, 10)  # (F, H, C)
OWN_SIZES = (784, 10)  # (F, C)


@dataclass(frozen=True)
class RevealedStep:
    """One step of a run, chosen at random and asked for when its epoch was over.

    P counts the entries of all parameters, one after the other; K the step's coordinates, which
    were drawn after it, too. All float32 but for the integers.
    """

    number: int  # of the steps before it
    images: np.ndarray  # (N, F), in [0, 1]
    labels: np.ndarray  # (N,), int64
    logits: np.ndarray  # (N, C), in train mode
    rows: np.ndarray  # (M,): some of these
    before: np.ndarray  # (P,): the parameters that gave the logits
    coordinates: np.ndarray  # (K,), int64
    gradients: np.ndarray  # (K,): of the loss
    gradient_error: np.ndarray  # (K,): how far off these may be
    buffers_before: list[np.ndarray]
    buffers_after: list[np.ndarray]


@dataclass(frozen=True)
class TrainingRun:
    """A finished run: what was concluded from it, and what proves that it was the task's."""

    summary: Training
    sizes: tuple[int, int, int]  # (F, H, C)
    parameters: list[Parameter]  # before the first step
    coordinates: np.ndarray  # (K,) int64, followed through all S steps
    gradients: np.ndarray  # (S, K)
    values: np.ndarray  # (S, K), after each step
    steps: list[RevealedStep]  # the first one, and some more
    trained: np.ndarray  # (P,): all parameters after the last step
    buffers: list[np.ndarray]  # the same
    unseen_images: np.ndarray  # (M, F), in [0, 1]: some of those measured on
    unseen_logits: np.ndarray  # (M, C), in eval mode


def run_training(
    student: Student,
    assignment: Assignment,
    digits: Digits,
    rng: np.random.Generator,
    *,
    student_optimizer: bool = False,
) -> TrainingRun:
    """Train by the seed's loop on the first 1000 images; measure on the next 500.

    The pixels of all images are shown in one random order, which changes nothing for these
    networks, but makes weights that were trained elsewhere useless. Accuracies and losses are
    computed here, from logits; the labels of the images measured on never leave this process.

    Args:
        student_optimizer: train the baseline's Net with the student's make_optimizer, not the
            student's Net with SGD and momentum.

    Raises:
        StudentError: the student's code failed on the way.
        ValueError: course.toml says that the assignment does not train.
    """
    expect_epochs(assignment)
    order = rng.permutation(digits.images.shape[1])
    images = np.take(digits.images[: TRAIN_IMAGES + VALID_IMAGES], order, axis=1)
    labels = digits.labels[: TRAIN_IMAGES + VALID_IMAGES]
    trainee = student.train(
        TRAINING_SIZES,
        images[:TRAIN_IMAGES],
        labels[:TRAIN_IMAGES],
        seed=int(rng.integers(2**31)),
        batch_size=BATCH_SIZE,
        students="optimizer" if student_optimizer else "network",
        recorded=True,
        **SGD,
    )
    coordinates = draw_coordinates(rng, trainee.parameters, FOLLOWED)
    batches = TRAIN_IMAGES // BATCH_SIZE
    revealed = draw_steps(rng, assignment.epochs * batches)
    logits: list[np.ndarray] = []
    gradients: list[np.ndarray] = []
    values: list[np.ndarray] = []
    steps: list[RevealedStep] = []
    for epoch in range(assignment.epochs):
        outputs, slopes, reached = trainee.epoch(coordinates)
        logits += outputs
        gradients += list(slopes)
        values += list(reached)
        for batch in range(batches):
            number = epoch * batches + batch
            if number not in revealed:
                continue
            rows = slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE)
            seen = as_seen(images[rows]), labels[rows], logits[number]
            known = (coordinates, gradients[number]) if student_optimizer else None
            steps.append(reveal(trainee, number, batch, seen, known, rng))
    unseen_logits, trained, buffers = trainee.measure(images[TRAIN_IMAGES:])
    summary = summarise(
        logits, unseen_logits, labels[:TRAIN_IMAGES], labels[TRAIN_IMAGES:], assignment
    )
    # Chosen after the run: the worker can't know which.
    compared = rng.choice(VALID_IMAGES, COMPARED_IMAGES, replace=False)
    return TrainingRun(
        summary,
        TRAINING_SIZES,
        trainee.parameters,
        coordinates,
        np.stack(gradients),
        np.stack(values),
        steps,
        trained,
        buffers,
        as_seen(images[TRAIN_IMAGES + compared]),
        unseen_logits[compared],
    )


def reveal(
    trainee: Trainee,
    number: int,
    batch: int,
    seen: tuple[np.ndarray, np.ndarray, np.ndarray],
    known: tuple[np.ndarray, np.ndarray] | None,
    rng: np.random.Generator,
) -> RevealedStep:
    """A step of the epoch that has just ended.

    Args:
        number, batch: of the run's steps, and of the epoch's.
        seen: the batch's images and labels, and the logits that it gave.
        known: coordinates and the gradients there; None: what SGD did at others shows these.
    """
    rows = np.sort(rng.choice(BATCH_SIZE, ROWS, replace=False))
    if known is None:
        coordinates = draw_coordinates(rng, trainee.parameters, COMPARED)
        shown = trainee.reveal(batch, coordinates, first=number == 0)
        gradients, error = implied_gradients(shown, coordinates)
    else:
        coordinates, gradients = known
        shown = trainee.reveal(batch, coordinates[:0], first=number == 0)
        error = np.zeros(coordinates.shape)
    return RevealedStep(
        number,
        *seen,
        rows,
        shown.before,
        coordinates,
        gradients,
        error,
        shown.buffers_before,
        shown.buffers_after,
    )


def implied_gradients(shown: Revealed, coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradients (K,) by which SGD moved parameters as it did, and how far off they may be.

    What moved a parameter besides the optimizer is part of them.
    """
    # after - before = momentum * (before - earlier) - lr * gradient
    before = shown.before[coordinates]
    velocity = SGD["momentum"] * (before - shown.earlier)
    gradients = (velocity - (shown.after - before)) / SGD["lr"]
    size = np.maximum(np.abs(before), np.abs(shown.after))
    rounding = 2 * np.finfo(np.float32).eps * size
    return gradients, rounding / SGD["lr"]


def draw_steps(rng: np.random.Generator, count: int) -> set[int]:
    """The first of `count` steps, and one from each of REVEALED equal parts of the others."""
    ends = np.linspace(1, count, REVEALED + 1).astype(int)
    return {0, *(int(rng.integers(a, b)) for a, b in itertools.pairwise(ends))}


def draw_coordinates(
    rng: np.random.Generator, parameters: Sequence[Parameter], most: int
) -> np.ndarray:
    """Up to `most` entries of each parameter, as they count through all of them; sorted."""
    drawn, start = [], 0
    for parameter in parameters:
        size = 0 if parameter.value is None else parameter.value.size
        drawn.append(start + np.sort(rng.integers(0, max(size, 1), min(most, size))))
        start += size
    return np.concatenate([np.empty(0, np.int64), *drawn])


def as_seen(images: np.ndarray) -> np.ndarray:
    """uint8 images as the network sees them."""
    return images.astype(np.float32) / np.float32(255)


@dataclass(frozen=True)
class OwnRun:
    """A finished run of a network and an optimizer of the student's own."""

    summary: Training
    bands: tuple[float, ...]  # accuracies below the threshold that earn something, too


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
        recorded=False,
        **SGD,
    )
    nowhere = np.empty(0, np.int64)
    logits = [output for _ in range(assignment.epochs) for output in trainee.epoch(nowhere)[0]]
    unseen_logits, _, _ = trainee.measure(unseen.images)
    summary = summarise(logits, unseen_logits, labels, numbers[unseen.labels], assignment)
    return OwnRun(summary, assignment.bands)


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
