"""The training check's run: what is shown to the student's code, and what is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.course.digits import Digits
from grader.course.manifest import Assignment
from grader.report.model import Training
from grader.sandbox import client
from grader.sandbox.client import Parameter, Student

TRAIN_IMAGES = 1000
VALID_IMAGES = 500
COMPARED_IMAGES = 100  # at random among those: what a forward pass of our own is worth
BATCH_SIZE = 100
TRAINING_SIZES = (784, 512, 10)  # (F, H, C)
OWN_SIZES = (784, 10)  # (F, C)


@dataclass(frozen=True)
class TrainingRun:
    """A finished run, with some of the images that the trained network was measured on."""

    summary: Training
    sizes: tuple[int, int, int]  # (F, H, C)
    parameters: list[Parameter]
    unseen_images: np.ndarray  # (M, F) float32, in [0, 1], pixels in the order shown
    unseen_logits: np.ndarray  # (M, C) float32, what the worker says it gave for these


def run_training(
    student: Student,
    assignment: Assignment,
    digits: Digits,
    rng: np.random.Generator,
    *,
    student_optimizer: bool = False,
    with_parameters: bool = False,
) -> TrainingRun:
    """Train by the seed's loop on the first 1000 images; measure on the next 500.

    The pixels of all images are shown in one random order, which changes nothing for these
    networks, but makes weights that were trained elsewhere useless. Accuracies and losses are
    computed here, from logits; the labels of the images measured on never leave this process.

    Args:
        student_optimizer: train the baseline's Net with the student's make_optimizer, not the
            student's Net with SGD and momentum.
        with_parameters: return the trained parameters; without, that list is empty.

    Raises:
        StudentError: the student's code failed on the way.
        ValueError: course.toml says that the assignment does not train.
    """
    expect_epochs(assignment)
    order = rng.permutation(digits.images.shape[1])
    images = np.take(digits.images[: TRAIN_IMAGES + VALID_IMAGES], order, axis=1)
    labels = digits.labels[: TRAIN_IMAGES + VALID_IMAGES]
    run = student.train(
        TRAINING_SIZES,
        images[:TRAIN_IMAGES],
        labels[:TRAIN_IMAGES],
        images[TRAIN_IMAGES:],
        seed=int(rng.integers(2**31)),
        epochs=assignment.epochs,
        batch_size=BATCH_SIZE,
        students="optimizer" if student_optimizer else "network",
        with_parameters=with_parameters,
    )
    summary = summarise(run, labels[:TRAIN_IMAGES], labels[TRAIN_IMAGES:], assignment.threshold)
    # Chosen after the run: the worker can't know which.
    compared = rng.choice(VALID_IMAGES, COMPARED_IMAGES, replace=False)
    unseen = images[TRAIN_IMAGES + compared].astype(np.float32) / np.float32(255)
    return TrainingRun(summary, TRAINING_SIZES, run.parameters, unseen, run.unseen_logits[compared])


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
    run = student.train(
        OWN_SIZES,
        digits.images[:TRAIN_IMAGES],
        labels,
        unseen.images,
        seed=int(rng.integers(2**31)),
        epochs=assignment.epochs,
        batch_size=BATCH_SIZE,
        students="both",
        with_parameters=False,
    )
    summary = summarise(run, labels, numbers[unseen.labels], assignment.threshold)
    return OwnRun(summary, assignment.bands)


def summarise(
    run: client.Training, labels: np.ndarray, unseen_labels: np.ndarray, threshold: float
) -> Training:
    """What the logits of a run say, by the labels of the images trained on and measured on."""
    accuracies = [accuracy(logits, labels) for logits in run.train_logits]
    return Training(
        train_accuracy=accuracies[-1],
        valid_accuracy=accuracy(run.unseen_logits, unseen_labels),
        loss=[cross_entropy(logits, labels) for logits in run.train_logits],
        threshold=threshold,
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
