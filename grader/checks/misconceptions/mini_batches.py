"""Known mistakes in `mini_batches`: other rows, other sizes, other orders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.checks.misconceptions import Mistake, filled
from grader.grading.plugin import Slip

RETURNED = Mistake(
    "one batch returned",
    "One batch is returned, and the loop ends there: `yield` gives one after the other.",
)
FIRST_ONLY = Mistake(
    "first batch only",
    "Only the first batch comes, as where `return` or `break` ends the loop: `yield` gives one "
    "after the other.",
)
ROWS_APART = Mistake(
    "rows not in one tensor",
    "A batch's inputs come as separate rows, as zip of single rows gives them: a batch is one "
    "tensor, inputs[rows], or torch.stack of the rows.",
)
SINGLE_ROWS = Mistake(
    "single rows",
    "Single rows come, not batches: a pair holds batch_size rows, (N, F) inputs and (N,) targets.",
)
COLUMNS_SHUFFLED = Mistake(
    "columns shuffled",
    "The numbers within each row change places: rows are put in another order, inputs[order], and "
    "stay as they are.",
)
LABELS_FIRST = Mistake(
    "labels first",
    "The labels come first in each pair: inputs are first, targets second.",
)
ALWAYS_SHUFFLED = Mistake(
    "shuffled without being asked",
    "The rows come in random order although shuffle is False, which is its default.",
)
BACKWARDS = Mistake(
    "from the end",
    "The rows come from the last to the first, as pop() takes them: they come in their own order.",
)
FIRST_LEFT_OUT = Mistake(
    "first rows left out",
    "The first rows are left out: the first batch begins at row 0.",
)
REST_DROPPED = Mistake(
    "last rows left out",
    "A batch is left out, such as the last one: what does not fill a batch is a smaller last one, "
    "and the last whole batch counts as well.",
)
NUMBER_OF_BATCHES = Mistake(
    "batch_size taken for the number of batches",
    "batch_size is taken for the number of batches, as chunk() takes it: it is how many rows each "
    "has, as split() takes it.",
)
BATCHES_OVERLAP = Mistake(
    "batches overlap",
    "Each batch has a row too many, which the next one begins with: a slice ends before its second "
    "number.",
)
STEP_TOO_SHORT = Mistake(
    "next batch begins too early",
    "Each batch begins with rows that the one before ends with: the next one begins batch_size "
    "rows on, as in range(0, rows, batch_size).",
)
ONE_ROW_ON = Mistake(
    "each batch one row on",
    "A batch begins at every row: the next one begins batch_size rows on, as in range(0, rows, "
    "batch_size).",
)
ANOTHER_SIZE = Mistake(
    "another batch size",
    "Each batch has {seen} rows, where batch_size is {asked}.",
)
EMPTY_AFTER_FIRST = Mistake(
    "slices end too early",
    "All batches after the first are empty: the slice for one ends batch_size rows after its "
    "start, as in start : start + batch_size.",
)
ROW_SHORT = Mistake(
    "slices end too early",
    "Each batch lacks its last row: a slice ends before its second number, so start : start + "
    "batch_size has all of them.",
)
CUT_OTHERWISE = Mistake(
    "cut otherwise",
    "All rows come, but are shared out otherwise: each batch has batch_size rows, and only the "
    "last one takes what is left.",
)
EMPTY_BATCH = Mistake(
    "empty batch",
    "An empty batch comes at the end: where the rows come out even nothing is left over.",
)
LABELS_IN_ORDER = Mistake(
    "labels not shuffled",
    "The inputs are shuffled and the labels are not: one order is drawn, and both are taken by it.",
)
TWO_ORDERS = Mistake(
    "two orders",
    "Inputs and labels come in orders of their own: one order is drawn, and both are taken by it.",
)
WITH_REPLACEMENT = Mistake(
    "drawn with replacement",
    "Rows are drawn with replacement, as randint does, or anew for each batch, so that some come "
    "twice and others never: one torch.randperm has each once.",
)
SAME_BATCH = Mistake(
    "slice does not move on",
    "The same rows come in every batch: each slice begins where the one before it ends.",
)
WRITTEN_INTO = Mistake(
    "data shuffled in place",
    "The data itself is shuffled (inputs[:] = …): take rows out of it, and leave it as it is.",
)
NOT_SHUFFLED = Mistake(
    "not shuffled",
    "The rows come in their own order although shuffle is True.",
)
BATCHES_SHUFFLED = Mistake(
    "whole batches shuffled",
    "Whole batches are shuffled, and hold the same rows in every epoch: the rows are shuffled, and "
    "then cut into batches.",
)
ROLLED = Mistake(
    "only started elsewhere",
    "The rows are in their own order and only start somewhere else: they are to be shuffled.",
)
WITHIN_BATCHES = Mistake(
    "shuffled within batches",
    "Rows are shuffled within their batch only, so that the same ones stay together in every "
    "epoch: all rows are shuffled, and then cut into batches.",
)
SAME_ORDER = Mistake(
    "same order in each epoch",
    "Each epoch has the same order: it is drawn once, or after a seed is set. Draw it at each "
    "call, and set no seed.",
)

SLIPS = (
    (
        r"it yielded more than \d+ values",
        Slip(
            "too many batches",
            "Far too many batches come: the loop has no end, or begins a batch at every row. It "
            "ends when all rows have come once.",
        ),
    ),
)


def recognise_sizes(
    seen: Sequence[int], wanted: Sequence[int], rows: int, batch_size: int
) -> Mistake | None:
    """What else the batches of `rows` rows may have been cut by."""
    seen, wanted = list(seen), list(wanted)
    if seen == wanted:
        return None
    even = -(-rows // batch_size)
    if seen in ([size - 1 for size in wanted], [*(size - 1 for size in wanted[:-1]), wanted[-1]]):
        return ROW_SHORT
    if seen == [*wanted, 0]:
        return EMPTY_BATCH
    if seen == wanted[:1] and len(wanted) > 2:
        return FIRST_ONLY
    if seen == wanted[:-1]:
        return REST_DROPPED
    if seen == [min(even, rows - start) for start in range(0, rows, even)]:
        return NUMBER_OF_BATCHES
    overlapping = [min(batch_size + 1, rows - start) for start in range(0, rows, batch_size)]
    if seen == overlapping:
        return BATCHES_OVERLAP
    if seen == [min(batch_size, rows - start) for start in range(rows)]:
        return ONE_ROW_ON
    if sorted(seen) == sorted(wanted):
        return BATCHES_SHUFFLED
    size = max(seen, default=0)
    if size and seen == [min(size, rows - start) for start in range(0, rows, size)]:
        return filled(ANOTHER_SIZE, seen=size, asked=batch_size)
    if len(seen) > 1 and seen[0] == batch_size and not any(seen[1:]):
        return EMPTY_AFTER_FIRST
    return CUT_OTHERWISE if sum(seen) == rows and all(seen) else None


def recognise_pairs(by_inputs: np.ndarray, by_targets: np.ndarray) -> Mistake | None:
    """Why rows (M,) come with the labels of others."""
    return LABELS_IN_ORDER if (np.diff(by_targets) == 1).all() else TWO_ORDERS


def recognise_order(order: np.ndarray, batch_size: int) -> Mistake | None:
    """What an order of (M,) rows that is not random enough is."""
    if np.array_equal(order, np.arange(len(order))):
        return NOT_SHUFFLED
    if np.array_equal(np.roll(order, -int(order.argmin())), np.arange(len(order))):
        return ROLLED
    starts = range(0, len(order), batch_size)
    batches = [order[start : start + batch_size] for start in starts]
    if all((np.diff(batch) == 1).all() for batch in batches):
        return BATCHES_SHUFFLED
    together = all(batch.max() - batch.min() < batch_size for batch in batches)
    return WITHIN_BATCHES if together else None
