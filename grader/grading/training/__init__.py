"""The training check's run: what is shown to the student's code, and what is concluded from it.

What checks import from here lies beside: the `loop` that trains, what it leaves on `records` to be
judged, what a `drawing` decides to look at, the two ways to `run` it, and what `measures` say of
logits.
"""

from grader.grading.training.drawing import UNITS
from grader.grading.training.loop import BATCH_SIZE, OWN_SIZES, SGD, TRAINING_SIZES
from grader.grading.training.measures import accuracy, cross_entropy
from grader.grading.training.records import (
    EPS,
    OwnRun,
    RevealedStep,
    Step,
    TrainingRun,
    gradients_of_sgd,
)

__all__ = [
    "BATCH_SIZE",
    "EPS",
    "OWN_SIZES",
    "SGD",
    "TRAINING_SIZES",
    "UNITS",
    "OwnRun",
    "RevealedStep",
    "Step",
    "TrainingRun",
    "accuracy",
    "cross_entropy",
    "gradients_of_sgd",
]
