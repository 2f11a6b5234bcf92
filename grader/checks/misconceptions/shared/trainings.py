"""Known mistakes that a training shows by its losses and logits alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.shared.common import (
    DIVERGES,
    HARDLY_FALLS,
    SAME_LOGITS,
    STANDS_STILL,
    THROWN_UP,
)

SOFTMAX = Mistake(
    "softmax on the logits",
    "The outputs are probabilities: leave the softmax out, for cross-entropy takes it itself.",
)
SIGMOID = Mistake(
    "sigmoid on the logits",
    "All outputs lie from 0 to 1, as behind a sigmoid: logits are the last layer's, as they are.",
)
TANH = Mistake(
    "tanh on the logits",
    "All outputs lie from -1 to 1, as behind tanh: logits are the last layer's, as they are.",
)
RELU = Mistake(
    "ReLU on the logits",
    "No output is negative and many are 0, as behind ReLU: logits are the last layer's, as they "
    "are.",
)
DROPPED = Mistake(
    "dropout on the logits",
    "Logits are dropped in train mode: dropout belongs to the hidden layers, and nothing follows "
    "the last one.",
)

GROWN = 3.0  # times what guessing costs
LITTLE = 0.1  # that a loss falls by, in nats


def same_for_all(logits: np.ndarray) -> bool:
    """Whether all rows of logits (N, O), N >= 2, are one."""
    return bool(np.abs(logits - logits[0]).max() <= 1e-6 * np.abs(logits).max())


def recognise_training(losses: Sequence[float], logits: np.ndarray) -> Mistake | None:
    """Why a network did not learn.

    Args:
        losses: each epoch's mean cross-entropy.
        logits: (N, O), of unseen images when it was over.
    """
    guessing = math.log(10)
    if same_for_all(logits):
        return SAME_LOGITS
    thrown_off = losses[-1] > guessing and losses[0] > GROWN * guessing
    if thrown_off or losses[-1] > GROWN * guessing:
        return DIVERGES
    if max(abs(loss - guessing) for loss in losses) < 0.02:
        return STANDS_STILL
    if losses[0] > GROWN * guessing:
        return THROWN_UP
    return HARDLY_FALLS if losses[0] - losses[-1] < LITTLE and max(losses) < 2 * guessing else None


def recognise_outputs(trained_on: np.ndarray, unseen: np.ndarray) -> Mistake | None:
    """What follows the last layer, where no nonlinearity and no dropout belongs.

    Args:
        trained_on: (N, O), what a network gave in train mode.
        unseen: (M, O), what it gives in eval mode when it is trained.
    """
    low, high = float(unseen.min()), float(unseen.max())
    if low >= 0 and np.abs(unseen.sum(axis=1) - 1).max() < 1e-4:
        return SOFTMAX
    if low >= 0 and 0.5 < high <= 1:
        return SIGMOID
    if low >= 0 and (unseen == 0).mean() > 0.05:
        return RELU
    if -1 <= low < -0.9 and 0.9 < high <= 1:
        return TANH
    return DROPPED if (trained_on == 0).mean() > 0.05 and (unseen == 0).mean() < 0.01 else None
