"""What a run leaves to be judged: its steps, some of them with all that they did, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.grading.training.loop import SGD
from grader.report.model import Training
from grader.sandbox.client import Parameter

EPS = 2.0**-23  # what float32 resolves


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


@dataclass(frozen=True)
class OwnRun:
    """A finished run of a network and an optimizer of the student's own."""

    summary: Training
    bands: tuple[float, ...]  # accuracies below the threshold that earn something, too
    last_logits: np.ndarray  # (N, C): of the last batch, in train mode
    unseen_logits: np.ndarray  # (M, C): of the test images, in eval mode


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
