"""Known mistakes in `evaluate`: other shares than the accuracy, and what happens to the network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.checks.misconceptions import Mistake, only
from grader.grading.plugin import Slip
from grader.grading.slips.code import is_taken_over_rows
from grader.sandbox.client import Left

MEAN_OF_MEANS = Mistake(
    "mean of the batches' accuracies",
    "This is the mean of the batches' accuracies, in which a row of a smaller batch counts more: "
    "count the right guesses of all, and divide once.",
)
WHOLE_BATCHES = Mistake(
    "divided by whole batches",
    "The right guesses are divided by the number of batches times batch_size: where the last one "
    "is smaller there are fewer rows.",
)
REST_DROPPED = Mistake(
    "last rows left out",
    "The rows after the last whole batch are left out: they are the last, smaller batch.",
)
ONE_BATCH = Mistake(
    "one batch only",
    "This is what one batch gives: a `return` within the loop, or a count that each batch starts "
    "anew.",
)
ERROR_RATE = Mistake(
    "error rate",
    "This is the share of wrong guesses: the accuracy is that of the right ones.",
)
SMALLEST = Mistake(
    "smallest logit",
    "The smallest logit is taken for the guess: it is the largest.",
)
ROUNDED = Mistake(
    "rounded",
    "The share is rounded, as // or round() do: a share lies between 0 and 1.",
)
PERCENT = Mistake(
    "percent in place of a share",
    "This is more than 1, as percent, a count or a loss are: the share of right guesses lies from "
    "0 to 1.",
)
BY_BATCH_SIZE = Mistake(
    "divided by batch_size",
    "The right guesses of all batches are divided by batch_size: it is by all rows, len(targets).",
)
TRAIN_MODE = Mistake(
    "measured in train mode",
    "The network is in train mode here, where dropout drops: net.eval(), called with its "
    "parentheses, comes before the first batch.",
)
GRADIENTS_ON = Mistake(
    "gradients recorded",
    "PyTorch records a graph for a backward pass that never comes: torch.no_grad() has to be on "
    "while the network is called.",
)
STAY_OFF = Mistake(
    "gradients left off",
    "Gradients stay off afterwards, as torch.set_grad_enabled(False) leaves them, and training "
    "could not go on: `with torch.no_grad():` turns them on again.",
)
BACKWARD = Mistake(
    "backward while measuring",
    "A backward pass is made, which fills the parameters' gradients: measuring takes logits alone.",
)
TRAINED = Mistake(
    "trained while measuring",
    "The parameters are changed, as by an optimizer's step: measuring leaves the network as it is.",
)
FROZEN = Mistake(
    "parameters left frozen",
    "The parameters' requires_grad is turned off and stays off, so that they could not be trained "
    "on: torch.no_grad() leaves them alone.",
)
ALL_AT_ONCE = Mistake(
    "all rows at once",
    "All rows go through the network at once: batch_size says how many at most.",
)
ROW_BY_ROW = Mistake(
    "row by row",
    "The rows go through the network one at a time: batch_size of them go at once.",
)
NUMBER_OF_BATCHES = Mistake(
    "batch_size taken for the number of batches",
    "batch_size is taken for the number of batches, as chunk() takes it: it is how many rows each "
    "has, as split() takes it.",
)
STAYS_IN_EVAL = Mistake(
    "left in eval mode",
    "The network was in train mode and is left in eval mode: training would go on without dropout. "
    "net.train(mode) restores what net.training was, in every module of it.",
)
ALWAYS_TRAIN = Mistake(
    "left in train mode",
    "The network was in eval mode and is left in train mode: restore what net.training was, and "
    "not always train mode.",
)


NOTHING_RIGHT = Mistake(
    "nothing counted as right",
    "No guess counts as right: // rounds down to 0, argmin finds the smallest logit, and it is the "
    "place of the largest, argmax(dim=1), that is compared with the target, not its value.",
)


ARGMAX_OVER_ROWS = Slip(
    "argmax over the rows",
    "argmax over dimension 0 runs over the rows, and gives one for each class: over dim=1 it gives "
    "the class of each row.",
)
MAXIMUM_OVER_ROWS = Slip(
    "maximum over the rows",
    "The maximum is taken over dimension 0, the rows of the batch: over dim=1 it is that of each "
    "row, and its index the row's class.",
)
OTHER_ROWS = Slip(
    "guesses and targets of other rows",
    "Guesses and targets of different rows meet here: both are cut by the same slice, "
    "[start : start + batch_size].",
)
UNLIKE_COMPARED = Slip(
    "unlike things compared",
    "The comparison is a single False, as its sides are of different kinds: x.max(1) is a pair of "
    "values and indices; argmax(dim=1) gives the indices.",
)


def recognise_rows(source: str) -> Slip:
    """Why there are not as many guesses as targets, by how the module finds the guesses."""
    for method, slip in (("argmax", ARGMAX_OVER_ROWS), ("max", MAXIMUM_OVER_ROWS)):
        if is_taken_over_rows(method, source):
            return slip
    return OTHER_ROWS


SLIPS = (
    (r"^calling evaluate .*must match the size of tensor", recognise_rows),
    (r"'bool' object has no attribute", UNLIKE_COMPARED),
)


def changed(left: Left) -> Mistake | None:
    """What else than its mode a network is not left in."""
    if not left.unchanged:
        return TRAINED
    if not left.without_gradients:
        return BACKWARD
    return None if left.trainable else FROZEN


def shares(
    logits: np.ndarray, targets: np.ndarray, batch_size: int
) -> Iterator[tuple[Mistake, float]]:
    """What else may be returned for logits (M, O)."""
    right = logits.argmax(axis=1) == targets
    rows = len(right)
    batches = [right[start : start + batch_size] for start in range(0, rows, batch_size)]
    whole = right[: rows - rows % batch_size]
    yield MEAN_OF_MEANS, float(np.mean([batch.mean() for batch in batches]))
    yield BY_BATCH_SIZE, right.sum() / batch_size
    yield WHOLE_BATCHES, right.sum() / (len(batches) * batch_size)
    if rows > batch_size:
        yield REST_DROPPED, whole.sum() / rows
        yield REST_DROPPED, float(whole.mean())
        yield ONE_BATCH, float(batches[-1].mean())
        yield ONE_BATCH, batches[-1].sum() / rows
    yield ERROR_RATE, 1 - float(right.mean())
    yield SMALLEST, float((logits.argmin(axis=1) == targets).mean())
    for digits in (0, 1, 2, 3):
        yield ROUNDED, round(float(right.mean()), digits)


def recognise_share(
    seen: float, logits: np.ndarray, targets: np.ndarray, batch_size: int
) -> Mistake | None:
    """The one mistake that gives this share."""
    if seen == 0:
        return NOTHING_RIGHT
    found = shares(logits, targets, batch_size)
    return only(mistake for mistake, share in found if abs(seen - share) < 1e-6)
