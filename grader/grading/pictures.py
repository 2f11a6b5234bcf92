"""What a report shows of an assignment beyond its verdicts: asked of the module, in its worker.

Nothing here judges, and whatever a module can't show is left out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.course.manifest import PictureKind
from grader.report.model import (
    REACH,
    Activations,
    CheckResult,
    Mode,
    Picture,
    Weights,
    is_finite,
)
from grader.sandbox.client import Network, Student
from grader.sandbox.process import SandboxError

WEIGHT_SIZES = (256, 160, 32)  # of a network with weights enough to show how they are distributed
SIZES = (20, 8, 14)  # of networks whose hidden units are looked at: H < O < F
ROWS = 100
SHOWN_ROWS = 12
MOVED, SPREAD = 2.0, 1.5  # mean and deviation of what enters the hidden units
BATCHES = 50  # after which running statistics have all but converged
BINS = 48
# The fourth moment over the square of the second is 1.8 for a uniform distribution, 3 for a normal
# one, and 2.37 for one that is cut off at two deviations, as is usual.
LEAST_KURTOSIS = 2.1


class NothingToShow(ValueError):
    """The module's network is not one that the picture could show; says why."""


def picture_of(
    student: Student, kind: PictureKind | None, checks: list[CheckResult]
) -> Picture | None:
    """The picture of the module; None if its assignment has none, or it can't show what is in it.

    Args:
        kind: the assignment's.
        checks: what was concluded about the module. One that has ended its worker is left alone.

    Raises:
        SandboxError: no worker can be started.
    """
    if kind is None or any(check.verdict in ("crashed", "timed_out") for check in checks):
        return None
    try:
        with np.errstate(all="ignore"):
            picture = PICTURES[kind](student)
    except SandboxError:
        raise
    # What is wrong with the module stands in the report already. Its numbers may be such that
    # anything goes wrong with them, and a picture is not worth a grade.
    except Exception:
        return None
    return picture if is_finite(picture) else None


# ---------------------------------------------------------------- initial weights


def initial_weights(student: Student) -> Weights:
    """Both weights of a new network over He's standard deviation.

    He et al. (2015) allow 2 / fan_in and 2 / fan_out, a normal and a uniform distribution: what is
    nearest to the weights is their target.
    """
    num_features, num_hidden, num_output = WEIGHT_SIZES
    net = student.build(*WEIGHT_SIZES, seed=0)
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
        rule="2/fan_in" if is_fan_in else "2/fan_out",
        is_uniform=kurtosis(standardised[0]) < LEAST_KURTOSIS,
        variances=[short(values.var()) for values in standardised],
        densities=[density(values) for values in standardised],
    )


def distance(deviations: np.ndarray, targets: np.ndarray) -> float:
    return float(np.abs(np.log(deviations / targets)).sum())


def kurtosis(values: np.ndarray) -> float:
    centred = values - values.mean()
    second = float((centred**2).mean())
    return float((centred**4).mean()) / second**2 if second > 0 else 3.0


def density(values: np.ndarray) -> list[float]:
    """A histogram of unit area from -REACH to REACH."""
    shares, _ = np.histogram(np.clip(values, -REACH, REACH), BINS, (-REACH, REACH), density=True)
    return [short(share) for share in shares]


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


def train_and_eval(student: Student) -> Activations:
    """A new network's hidden activations in eval mode and in train mode."""
    net = student.build(*SIZES, seed=0)
    look_through(net)
    inputs = hidden_inputs(0)
    return activations(
        inputs,
        {
            "eval mode": net.forward(inputs),
            "train mode": net.forward(inputs, train=True, seed=0),
        },
    )


def running_statistics(student: Student) -> Activations:
    """Hidden activations in eval mode before and after training batches, and in train mode."""
    net = student.build(*SIZES, seed=0)
    look_through(net)
    inputs = hidden_inputs(0)
    before = net.forward(inputs)
    train = net.forward(inputs, train=True)
    net.forward_all([hidden_inputs(number) for number in range(1, BATCHES + 1)], train=True)
    return activations(
        inputs,
        {
            "eval mode, new network": before,
            "train mode": train,
            f"eval mode, after {BATCHES} batches": net.forward(inputs),
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


def activations(inputs: np.ndarray, logits: dict[str, np.ndarray]) -> Activations:
    """What each mode's logits (N, O) show of the hidden units that saw `inputs` (N, F)."""
    hidden = {name: values[:, : SIZES[1]].astype(np.float64) for name, values in logits.items()}
    return Activations(
        inputs=some_of(inputs),
        modes=[
            Mode(
                name,
                short(values.mean()),
                short(values.std()),
                short((values == 0).mean()),
                some_of(values),
            )
            for name, values in hidden.items()
        ],
    )


def some_of(values: np.ndarray) -> list[float]:
    return [short(value) for value in values[:SHOWN_ROWS, : SIZES[1]].ravel()]


def short(value: float) -> float:
    """To four significant digits, which is more than a picture can show."""
    return float(f"{value:.4g}")


PICTURES: dict[PictureKind, Callable[[Student], Picture]] = {
    "weights": initial_weights,
    "train_and_eval": train_and_eval,
    "running_statistics": running_statistics,
}
