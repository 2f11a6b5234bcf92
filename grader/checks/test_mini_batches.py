"""Checks for `mini_batches`: slices of all rows, in order or in one drawn anew at each call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from grader.checks.kit.functions import describe, tensor_in
from grader.checks.kit.orders import is_whole, regularity
from grader.checks.kit.probes import (
    draw_seed,
    draw_two_seeds,
    expect,
)
from grader.checks.kit.shared import (
    expect_no_reseeding,
)
from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.mini_batches import (
    ALWAYS_SHUFFLED,
    BACKWARDS,
    COLUMNS_SHUFFLED,
    FIRST_LEFT_OUT,
    LABELS_FIRST,
    NOT_SHUFFLED,
    RETURNED,
    ROWS_APART,
    SAME_BATCH,
    SAME_ORDER,
    SINGLE_ROWS,
    SLIPS,
    STEP_TOO_SHORT,
    WITH_REPLACEMENT,
    WRITTEN_INTO,
    recognise_order,
    recognise_pairs,
    recognise_sizes,
)
from grader.checks.misconceptions.shared.common import OTHER_GENERATOR
from grader.sandbox.client import Student
from grader.sandbox.wire.values import Tensor

pytestmark = pytest.mark.slips(*SLIPS)
TRAINED = (1000, 100)  # as in training
SIZES = [(20, 5), (41, 5), (23, 6), (7, 7), (6, 50), (5, 1), TRAINED]  # (M, batch_size)
MANY = 60  # rows: enough that a random order can't be taken for another by chance


@dataclass(frozen=True)
class Epoch:
    """The batches of one call: which rows each holds, by its inputs and by its targets."""

    by_inputs: list[np.ndarray]
    by_targets: list[np.ndarray]
    data_unchanged: bool

    @property
    def order(self) -> np.ndarray:
        return joined(self.by_inputs)

    @property
    def sizes(self) -> list[int]:
        return [len(rows) for rows in self.by_inputs]


def joined(batches: list[np.ndarray]) -> np.ndarray:
    """The rows of all batches; there may be none."""
    return np.concatenate([np.empty(0, int), *batches])


def number_rows(count: int, num_features: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """(M, F) inputs and (M,) targets, in each of which row m can be told by its number m."""
    numbers = np.arange(count)
    inputs = (numbers[:, None] * num_features + np.arange(num_features)).astype(np.float32)
    return inputs, numbers + 1000


def run_epoch(
    student: Student, count: int, batch_size: int, *, shuffle: bool | None, seed: int | None = None
) -> Epoch:
    """Call mini_batches on `count` numbered rows; `shuffle` None leaves it to the default."""
    inputs, targets = number_rows(count)
    given = "" if shuffle is None else f", shuffle={shuffle}"
    call = f"mini_batches of {count} rows, batch_size={batch_size}{given},"
    called = student.call(
        "mini_batches",
        Tensor(inputs),
        Tensor(targets),
        batch_size,
        options={} if shuffle is None else {"shuffle": shuffle},
        seed=seed,
    )
    expect(
        isinstance(called.value, list | tuple),
        f"{call} to give an iterable of batches",
        describe(called.value),
    )
    assert isinstance(called.value, list | tuple)
    data_unchanged = all(
        isinstance(after, Tensor) and np.array_equal(after.array, before)
        for before, after in zip((inputs, targets), called.arguments[:2], strict=True)
    )
    epoch = Epoch([], [], data_unchanged)
    for batch in called.value:
        expect(
            isinstance(batch, list | tuple) and len(batch) == 2,
            f"{call} to give pairs of inputs and targets",
            describe(batch),
            known=lambda: RETURNED if is_one_batch(called.value) else None,
        )
        assert isinstance(batch, list | tuple)
        read_batch(batch[0], batch[1], inputs, call, epoch)
    return epoch


def is_one_batch(value: object) -> bool:
    """Whether a batch, (N, F) and (N,), stands where an iterable of batches belongs."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    return [part.array.ndim for part in value if isinstance(part, Tensor)] == [2, 1]


def is_one_row(first: object, second: object) -> bool:
    """Whether a pair is a row (F,) and its label ()."""
    dims = [part.array.ndim for part in (first, second) if isinstance(part, Tensor)]
    return dims == [1, 0] or (dims == [1] and isinstance(second, int))


def read_batch(first: object, second: object, inputs: np.ndarray, call: str, epoch: Epoch) -> None:
    """Find out which rows a batch holds, and add them to `epoch`."""
    num_features = inputs.shape[1]
    size = len(first.array) if isinstance(first, Tensor) and first.array.ndim else 0
    exchanged = [
        isinstance(part, Tensor) and part.array.dtype == dtype
        for part, dtype in ((first, np.int64), (second, np.float32))
    ]
    expect(
        not all(exchanged),
        f"{call} to give pairs of inputs and targets",
        "pairs of targets and inputs",
        known=lambda: LABELS_FIRST,
    )
    expect(
        not is_one_row(first, second),
        f"{call} to give (N, {num_features}) inputs with (N,) targets",
        f"a row, ({num_features},), with a single label",
        known=lambda: SINGLE_ROWS,
    )
    expect(
        not isinstance(first, list | tuple),
        f"{call} to give (N, {num_features}) inputs with (N,) targets",
        describe(first),
        known=lambda: ROWS_APART,
    )
    batch = tensor_in(first, (size, num_features), call)
    targets = tensor_in(second, (size,), call, np.int64)
    rows = (batch[:, 0] / num_features).astype(int)
    known = (rows >= 0) & (rows < len(inputs))
    expect(
        known.all() and np.array_equal(inputs[rows], batch),
        f"{call} to give rows of the inputs as they are",
        "rows with other numbers in them",
        known=lambda: COLUMNS_SHUFFLED if same_numbers(batch, inputs) else None,
    )
    epoch.by_inputs.append(rows)
    epoch.by_targets.append(targets - 1000)


def same_numbers(batch: np.ndarray, inputs: np.ndarray) -> bool:
    """Whether each row of batch (N, F) has the numbers of some row of inputs (M, F), in another
    order."""
    rows = {tuple(np.sort(row)) for row in inputs}
    return all(tuple(np.sort(row)) in rows for row in batch)


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("Yield (inputs[...], targets[...]), two tensors with the same number of rows.")
def test_builds(student: Student) -> None:
    """The function mini_batches gives pairs of tensors, rows of the data"""
    for shuffle in (False, True):
        epoch = run_epoch(student, 12, 4, shuffle=shuffle)
        expect(epoch.sizes, "12 rows in batches of 4 to give batches", "no batch")


@pytest.mark.points(2)
@pytest.mark.hint("Batch k holds the rows from k · batch_size up to (k + 1) · batch_size.")
def test_in_order(student: Student) -> None:
    """Without shuffling, by default, the rows come in their own order"""
    for count, batch_size in SIZES:
        for shuffle in (None, False):
            epoch = run_epoch(student, count, batch_size, shuffle=shuffle)
            for rows in (epoch.order, joined(epoch.by_targets)):
                whole = rows[: count - count % batch_size]  # the last one is judged below
                expect(
                    np.array_equal(whole, np.arange(len(whole))),
                    f"{count} rows in batches of {batch_size} to come as 0, 1, 2, …",
                    f"{list(map(int, rows[:8]))}",
                    known=partial(named_rows, epoch, rows, count, batch_size),
                )


def first_left_out(rows: np.ndarray, count: int) -> bool:
    return rows.size > 0 and rows[0] > 0 and np.array_equal(rows, np.arange(rows[0], count))


def named_rows(epoch: Epoch, rows: np.ndarray, count: int, batch_size: int) -> Mistake | None:
    """Why `count` rows do not come in their own order."""
    if np.array_equal(rows, np.arange(count)[::-1]):
        return BACKWARDS
    if first_left_out(rows, count):
        return FIRST_LEFT_OUT
    if np.array_equal(np.sort(rows), np.arange(count)):
        return ALWAYS_SHUFFLED if len(np.unique(np.diff(rows))) > len(rows) / 3 else None
    wanted = [min(batch_size, count - start) for start in range(0, count, batch_size)]
    if epoch.sizes == wanted and len(np.unique(rows)) <= batch_size:
        return SAME_BATCH
    named = recognise_sizes(epoch.sizes, wanted, count, batch_size)
    overlapping = [np.isin(b[:1], a).all() for a, b in pairwise(epoch.by_inputs)]
    return named or (STEP_TOO_SHORT if overlapping and all(overlapping) else None)


@pytest.mark.points(1)
@pytest.mark.hint("The last batch holds what is left, and is left out only where nothing is.")
def test_batch_sizes(student: Student) -> None:
    """Every batch has batch_size rows, the last one what is left"""
    for count, batch_size in SIZES:
        wanted = [min(batch_size, count - start) for start in range(0, count, batch_size)]
        for shuffle in (False, True):
            epoch = run_epoch(student, count, batch_size, shuffle=shuffle)
            expect(
                epoch.sizes == wanted,
                f"{count} rows in batches of {batch_size} to come as {wanted}",
                f"{epoch.sizes}",
                known=partial(named_sizes, epoch, wanted, count, batch_size, shuffle),
            )


def named_sizes(
    epoch: Epoch, wanted: list[int], count: int, batch_size: int, shuffle: bool
) -> Mistake | None:
    """Why the batches of `count` rows have other sizes."""
    if not shuffle and first_left_out(epoch.order, count):
        return FIRST_LEFT_OUT
    return recognise_sizes(epoch.sizes, wanted, count, batch_size)


@pytest.mark.points(2)
@pytest.mark.hint("Draw one order and take the rows of both tensors by it.")
def test_rows_and_labels_stay_together(student: Student) -> None:
    """Shuffled, every row keeps its label"""
    for count, batch_size in ((MANY, 7), (MANY, 20), TRAINED):
        epoch = run_epoch(student, count, batch_size, shuffle=True)
        for rows, labels in zip(epoch.by_inputs, epoch.by_targets, strict=True):
            wrong = np.flatnonzero(rows != labels)
            if wrong.size:
                row, label = rows[wrong[0]], labels[wrong[0]]
                expect(
                    False,
                    f"row {row} to come with its label",
                    f"the label of row {label}",
                    known=partial(recognise_pairs, epoch.order, joined(epoch.by_targets)),
                )


@pytest.mark.points(1)
@pytest.mark.hint("A permutation has each row once; drawing row by row repeats some, loses others.")
def test_every_row_once(student: Student) -> None:
    """Shuffled, every row comes exactly once, and the data stays as it is"""
    for count, batch_size in ((MANY, 7), *SIZES):
        epoch = run_epoch(student, count, batch_size, shuffle=True)
        times = np.bincount(epoch.order, minlength=count)
        expect(
            (times == 1).all(),
            f"each of {count} rows once, in batches of {batch_size}",
            f"{(times == 0).sum()} never and {(times > 1).sum()} more than once",
            known=partial(named_repeats, epoch.sizes, times, batch_size),
        )
        expect(
            epoch.data_unchanged,
            "inputs and targets to be left as they were",
            "other rows in them afterwards",
            "Take rows out of them; the next epoch starts from the same data.",
            known=lambda: WRITTEN_INTO,
        )


def named_repeats(sizes: list[int], times: np.ndarray, batch_size: int) -> Mistake | None:
    """Why rows come so many `times` (M,)."""
    rows = len(times)
    wanted = [min(batch_size, rows - start) for start in range(0, rows, batch_size)]
    if sizes != wanted:
        return recognise_sizes(sizes, wanted, rows, batch_size)
    if (times > 0).sum() <= batch_size:
        return SAME_BATCH
    # Of many draws with replacement more than a third of the rows never come.
    return WITH_REPLACEMENT if (times == 0).mean() > 0.2 and (times > 1).any() else None


@pytest.mark.points(2)
@pytest.mark.hint("torch.randperm at the start of each epoch gives a new order of all rows.")
def test_new_order_each_epoch(student: Student, rng: np.random.Generator) -> None:
    """Each epoch has a new random order of all rows, not of whole batches"""
    stays = {0: True, -1: True}  # whether that place kept its row in every order
    for count, batch_size in ((MANY, 6), TRAINED, (MANY, 1), (MANY, 2 * MANY)):
        orders = [
            run_epoch(student, count, batch_size, shuffle=True, seed=seed).order
            for seed in (draw_seed(rng), None, None)
        ]
        if not all(order.size for order in orders):
            continue  # test_every_row_once says so
        for order in orders:
            for place in stays:
                stays[place] &= len(order) == count and order[place] == place % count
            regular = regularity(order)
            expect(
                not regular,
                "rows in random order",
                regular,
                "Shuffle rows, not whole batches, and do not just start somewhere else.",
                known=partial(recognise_order, order, batch_size)
                if 1 < batch_size < count
                else None,
            )
        for first, second in ((0, 1), (1, 2), (0, 2)):
            expect(
                not np.array_equal(orders[first], orders[second]),
                "another order in each epoch",
                "the same one again",
                "Draw it inside the function, at each call, and do not seed.",
                known=partial(named_same_order, orders[first], count),
            )
            if not (is_whole(orders[first]) and is_whole(orders[second])):
                continue  # test_every_row_once says so
            regular = regularity(np.argsort(orders[first])[orders[second]])
            expect(
                not regular,
                "an order in each epoch that has nothing to do with those before",
                f"from one epoch to another, {regular}",
                "Draw the whole order at each call.",
            )
    # By chance once in 10^14 times.
    for place, where in ((0, "first"), (-1, "last")):
        expect(
            not stays[place],
            "every row to change its place",
            f"the {where} row in its own place in every epoch",
            "Let the order run over all rows.",
        )


def named_same_order(order: np.ndarray, count: int) -> Mistake | None:
    """Why two epochs of `count` rows have one order."""
    if np.array_equal(order, np.arange(count)):
        return NOT_SHUFFLED
    return SAME_ORDER if np.array_equal(np.sort(order), np.arange(count)) else None


@pytest.mark.points(1)
@pytest.mark.hint(
    "torch.randperm draws from torch's global generator, which torch.manual_seed sets."
)
def test_reproducible(student: Student, rng: np.random.Generator) -> None:
    """The same torch.manual_seed gives the same orders, another seed others"""
    seed, other = draw_two_seeds(rng)
    first, again, another = (
        [run_epoch(student, MANY, 8, shuffle=True, seed=s).order for s in (given, None)]
        for given in (seed, seed, other)
    )
    expect(
        np.array_equal(first, again),
        "the same orders after the same torch.manual_seed",
        "others",
        "Draw from torch's global generator, not from NumPy's, Python's or one of your own.",
        known=lambda: OTHER_GENERATOR,
    )
    expect(
        not np.array_equal(first, another),
        "another order after another torch.manual_seed",
        "the same one",
        known=partial(named_same_order, first[0], MANY),
    )
    expect_no_reseeding(student)
