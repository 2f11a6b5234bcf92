"""Two runs of the seed's loop: of what a task asks for, and of a student's own network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.course.digits import Digits
from grader.course.manifest import Assignment
from grader.grading.training.drawing import MANY_UNITS, Plan, draw_plan
from grader.grading.training.loop import (
    BATCH_SIZE,
    OWN_SIZES,
    SGD,
    TRAIN_IMAGES,
    TRAINING_SIZES,
    VALID_IMAGES,
    as_seen,
    expect_epochs,
)
from grader.grading.training.measures import summarise
from grader.grading.training.records import OwnRun, RevealedStep, Step, Trace, TrainingRun, Wide
from grader.sandbox.client import Parameter, Student
from grader.sandbox.trainee import Followed, Trainee

COMPARED_IMAGES = 50  # at random among those measured on: what a forward pass of our own is worth

Batch = tuple[np.ndarray, np.ndarray]  # images (N, F), in [0, 1], and labels (N,)


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
    plan = draw_plan(
        judged,
        trainee.parameters,
        epochs=assignment.epochs,
        kept=kept,
        batches=len(batches),
        units=units,
        meet_again=meet_again,
        student_optimizer=student_optimizer,
    )
    recording = Recording(trainee, plan, judged)
    for epoch in range(1, assignment.epochs + 1):
        recording.train()
        if epoch % kept == 0:
            recording.look_back(batches * kept)
    unseen_logits, trained, buffers = trainee.measure(images[TRAIN_IMAGES:])
    compared = judged.choice(VALID_IMAGES, COMPARED_IMAGES, replace=False)
    return TrainingRun(
        summary=summarise(
            recording.logits,
            unseen_logits,
            labels[:TRAIN_IMAGES],
            labels[TRAIN_IMAGES:],
            assignment,
        ),
        sizes=TRAINING_SIZES,
        parameters=trainee.parameters,
        coordinates=plan.recorded,
        gradients=np.stack(recording.gradients),
        values=np.stack(recording.values),
        steps=recording.steps,
        left=recording.left,
        revealed=recording.revealed,
        trained=trained,
        buffers=buffers,
        unseen_images=as_seen(images[TRAIN_IMAGES + compared]),
        unseen_logits=unseen_logits[compared],
    )


class Recording:
    """What is shown of a run while it goes on."""

    def __init__(self, trainee: Trainee, plan: Plan, judged: np.random.Generator) -> None:
        self.logits: list[np.ndarray] = []  # of each step (N, C)
        self.gradients: list[np.ndarray] = []  # of each step (K,), at what the plan records
        self.values: list[np.ndarray] = []  # the same, after it
        self.steps: list[Step] = []  # those that were looked back at
        self.left = np.empty(0, np.float32)  # what the last of them left where it was followed
        self.revealed: list[RevealedStep] = []
        self._trainee = trainee
        self._plan = plan
        self._judged = judged

    def train(self) -> None:
        """Train for an epoch."""
        outputs, gradients, values = self._trainee.epoch(self._plan.recorded)
        self.logits += outputs
        self.gradients += list(gradients)
        self.values += list(values)

    def look_back(self, batches: Sequence[Batch]) -> None:
        """Draw what is judged of the steps that the worker keeps, which these batches made."""
        coordinates = self._plan.draw_followed(self._judged, self._trainee.parameters)
        shown = self._trainee.follow(coordinates)
        first = len(self.steps)
        steps = followed_steps(first, batches, self.logits[first:], coordinates, shown)
        self.steps += steps
        self.left = shown.values[-1]
        self.revealed += [self._reveal(s) for s in steps if s.number in self._plan.revealed]

    def _reveal(self, step: Step) -> RevealedStep:
        """What a step is judged by that is still kept."""
        trainee, judged = self._trainee, self._judged
        return RevealedStep(
            step,
            rows=np.sort(judged.choice(BATCH_SIZE, self._plan.rows, replace=False)),
            before=trainee.reveal(step.place) if step.number else begun(trainee.parameters),
            closely=step.number in self._plan.closely,
            wide=self._look_wide(step) if step.number == self._plan.wide else None,
        )

    def _look_wide(self, step: Step) -> Wide:
        units = np.sort(self._judged.choice(TRAINING_SIZES[1], MANY_UNITS, replace=False))
        reveal = self._trainee.reveal
        return Wide(units, earlier=reveal(step.place - 1), after=reveal(step.place + 1))


def begun(parameters: Sequence[Parameter]) -> np.ndarray:
    """All parameters (P,), one after the other, before the first step."""
    values = [p.value.ravel() for p in parameters if p.value is not None]
    return np.concatenate([np.empty(0, np.float32), *values])


def followed_steps(
    first: int,
    batches: Sequence[Batch],
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
