"""What `grader check --plot` draws beyond the report: asked of the student's module, in a worker.

Nothing here judges. Whatever a module can't show costs its part of the picture, with a note.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import msgspec
import numpy as np

from grader.course import Assignment
from grader.data import Digits
from grader.grading import Engine, limits_of
from grader.report.model import AssignmentReport, Training
from grader.report.plots import Activations, Row, Weights
from grader.report.site.reference import load_reference
from grader.sandbox.client import Network, Student, StudentError
from grader.submission import Submission
from grader.text import printable
from grader.training import TRAINING_SIZES, run_training

SIZES = (20, 8, 14)  # of networks whose hidden units are looked at: H < O < F
ROWS = 100
MOVED, SPREAD = 2.0, 1.5  # mean and deviation of what enters the hidden units
BATCHES = 200  # after which running statistics have converged
NOTE_CHARACTERS = 160
# The fourth moment over the square of the second is 1.8 for a uniform distribution, 3 for a normal
# one, and 2.37 for one that is cut off at two deviations, as is usual.
LEAST_KURTOSIS = 2.1


class NothingToShow(ValueError):
    """The module's network is not one that the picture could show; says why."""


def collect_rows(
    engine: Engine, submission: Submission, reports: Sequence[AssignmentReport]
) -> list[Row]:
    """A row of the picture for each assignment.

    Raises:
        SandboxError: no worker can be started.
    """
    return [collect_row(engine, submission, report) for report in reports]


def collect_row(engine: Engine, submission: Submission, report: AssignmentReport) -> Row:
    slug = report.slug
    assignment = engine.course.assignment(slug)
    source = submission.sources.get(slug)
    training = report.training
    losses, accuracies = ([] if training is None else training.loss), []
    detail: Weights | Activations | None = None
    note = ""
    if source is not None and report.status != "untouched":
        limits = limits_of(assignment)
        if training is not None:
            with (
                Student(engine.launcher, slug, source.text, limits, source.cells) as student,
                suppress(StudentError),  # what is wrong stands in the report, as does a last loss
            ):
                make_rng = partial(np.random.default_rng, engine.seed)
                runs = train_each(student, assignment, engine.digits, make_rng)
                losses, accuracies = runs[-1].loss, [run.valid_accuracy for run in runs]
        if slug in DETAILS:
            with Student(engine.launcher, slug, source.text, limits, source.cells) as student:
                try:
                    detail = DETAILS[slug](student)
                except (StudentError, NothingToShow) as error:
                    note = printable(str(error), NOTE_CHARACTERS)
    reference = load_reference()
    bands = reference.bands.get(slug), reference.accuracies.get(slug)
    return Row(report, losses, accuracies, *bands, detail, note)


# ---------------------------------------------------------------- training


def train_each(
    student: Student,
    assignment: Assignment,
    digits: Digits,
    make_rng: Callable[[], np.random.Generator],
) -> list[Training]:
    """A training run for each number of epochs, as accuracies are measured at a run's end only.

    All of them begin alike, by generators that `make_rng` gives in the same state.

    Raises:
        StudentError: the student's code failed on the way.
    """
    is_optimizer = "make_optimizer" in student.load()
    return [
        run_training(
            student,
            msgspec.structs.replace(assignment, epochs=epochs),
            digits,
            make_rng(),
            student_optimizer=is_optimizer,
        ).summary
        for epochs in range(1, assignment.epochs + 1)
    ]


# ---------------------------------------------------------------- initial weights


def initial_weights(student: Student) -> Weights:
    """Both weights of a new network over He's standard deviation.

    He et al. (2015) allow 2 / fan_in and 2 / fan_out, a normal and a uniform distribution: what is
    nearest to the weights is drawn as their target.
    """
    num_features, num_hidden, num_output = TRAINING_SIZES
    net = student.build(*TRAINING_SIZES, seed=0)
    weights = [
        weight_of_shape(net, (num_hidden, num_features)),
        weight_of_shape(net, (num_output, num_hidden)),
    ]
    deviations = np.array([weight.std() for weight in weights])
    fan_in = np.sqrt(2 / np.array([num_features, num_hidden]))
    fan_out = np.sqrt(2 / np.array([num_hidden, num_output]))
    with np.errstate(divide="ignore"):
        is_fan_in = distance(deviations, fan_in) <= distance(deviations, fan_out)
    targets = fan_in if is_fan_in else fan_out
    standardised = [
        weight.ravel().astype(np.float64) / target
        for weight, target in zip(weights, targets, strict=True)
    ]
    return Weights(
        dict(zip(("first weight", "second weight"), standardised, strict=True)),
        "2/fan_in" if is_fan_in else "2/fan_out",
        is_uniform=kurtosis(standardised[0]) < LEAST_KURTOSIS,
    )


def distance(deviations: np.ndarray, targets: np.ndarray) -> float:
    return float(np.abs(np.log(deviations / targets)).sum())


def kurtosis(values: np.ndarray) -> float:
    centred = values - values.mean()
    second = float((centred**2).mean())
    return float((centred**4).mean()) / second**2 if second > 0 else 3.0


def weight_of_shape(net: Network, shape: tuple[int, int]) -> np.ndarray:
    """The first parameter of this shape, however it is oriented; float32 and finite."""
    for parameter in net.parameters:
        value = parameter.value
        if value is None or not np.isfinite(value).all():
            continue
        squeezed = tuple(size for size in value.shape if size != 1)
        if squeezed in (shape, shape[::-1]):
            return value
    raise NothingToShow(f"the network has no usable weight of shape {shape}")


# ---------------------------------------------------------------- train and eval mode


def dropout_modes(student: Student) -> Activations:
    """A new network's hidden activations in eval mode and in train mode."""
    net = student.build(*SIZES, seed=0)
    look_through(net)
    inputs = hidden_inputs(0)
    return Activations(
        inputs[:, : SIZES[1]],
        {
            "eval mode": hidden_of(net.forward(inputs)),
            "train mode": hidden_of(net.forward(inputs, train=True, seed=0)),
        },
    )


def batchnorm_modes(student: Student) -> Activations:
    """Hidden activations in eval mode before and after training batches, and in train mode."""
    net = student.build(*SIZES, seed=0)
    look_through(net)
    inputs = hidden_inputs(0)
    before = net.forward(inputs)
    train = net.forward(inputs, train=True)
    net.forward_all([hidden_inputs(number) for number in range(1, BATCHES + 1)], train=True)
    return Activations(
        inputs[:, : SIZES[1]],
        {
            "eval mode, new network": hidden_of(before),
            "train mode": hidden_of(train),
            f"eval mode, after {BATCHES} batches": hidden_of(net.forward(inputs)),
        },
    )


def look_through(net: Network) -> None:
    """Give both weights ones on the diagonal and the output no bias: the first H logits are then
    the hidden activations of the first H features."""
    num_features, num_hidden, num_output = net.sizes
    shapes = ((num_hidden, num_features), (num_output, num_hidden))
    seen = [id(weight_of_shape(net, shape)) for shape in shapes]
    values = []
    for parameter in net.parameters:
        value = parameter.value
        if value is None:
            raise NothingToShow(f"`{parameter.name}` is {parameter.kind}")
        squeezed = [size for size in value.shape if size != 1]
        if id(value) in seen:
            values.append(np.eye(*squeezed, dtype=np.float32).reshape(value.shape))
        else:
            is_output_bias = squeezed == [num_output]
            values.append(np.zeros_like(value) if is_output_bias else value)
    net.assign(values)


def hidden_inputs(seed: int) -> np.ndarray:
    """(N, F) float32 inputs, of a mean and a deviation that a normalisation would change."""
    rng = np.random.default_rng([seed])
    return (MOVED + SPREAD * rng.standard_normal((ROWS, SIZES[0]))).astype(np.float32)


def hidden_of(logits: np.ndarray) -> np.ndarray:
    return logits[:, : SIZES[1]]


DETAILS: dict[str, Callable[[Student], Weights | Activations]] = {
    "kaiming_init": initial_weights,
    "dropout": dropout_modes,
    "batchnorm": batchnorm_modes,
}
