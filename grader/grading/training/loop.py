"""The seed's loop, by which every network trains: on what, in which batches, by which steps."""

from __future__ import annotations

import numpy as np

from grader.course.manifest import Assignment

TRAIN_IMAGES = 1000
VALID_IMAGES = 500
BATCH_SIZE = 100
SGD = {"lr": 0.01, "momentum": 0.9}  # what a student's network is trained with
TRAINING_SIZES = (784, 512, 10)  # (F, H, C)
OWN_SIZES = (784, 10)  # (F, C)


def as_seen(images: np.ndarray) -> np.ndarray:
    """uint8 images, of any shape, as the network sees them: float32, in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)


def expect_epochs(assignment: Assignment) -> None:
    """Make sure that there is something to train.

    Raises:
        ValueError: course.toml says that the assignment does not train.
    """
    if not assignment.epochs:
        raise ValueError(f"course.toml: {assignment.slug!r} trains; give it epochs and a threshold")
