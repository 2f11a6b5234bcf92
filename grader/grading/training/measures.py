"""What logits say: accuracies and losses, computed on this side of the wall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.course.manifest import Assignment
from grader.report.model import Training


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


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows of logits (N, C) whose largest entry is their label's; from 0 to 1."""
    return float((logits.argmax(axis=1) == labels).mean())


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean of -log softmax(logits)[label] over the rows of (N, C) logits, in nats."""
    logits = logits.astype(np.float64)  # the largest float32 logits overflow in float32
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return float((log_sum - shifted[np.arange(len(labels)), labels]).mean())
