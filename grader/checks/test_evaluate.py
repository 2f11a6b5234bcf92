"""Checks for `evaluate`: the accuracy that it returns, and what it does with the network for it.

The network is the grader's own: its logits are known, it drops nine tenths of its hidden units in
train mode, and it tells of each forward pass how many rows it saw and in which mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from grader.checks.kit.functions import number_in
from grader.checks.kit.probes import (
    expect,
    normal,
)
from grader.checks.misconceptions import Mistake, filled
from grader.checks.misconceptions.evaluate import (
    ALL_AT_ONCE,
    ALWAYS_TRAIN,
    GRADIENTS_ON,
    NUMBER_OF_BATCHES,
    ONE_BATCH,
    PERCENT,
    REST_DROPPED,
    ROW_BY_ROW,
    SLIPS,
    STAY_OFF,
    STAYS_IN_EVAL,
    TRAIN_MODE,
    changed,
    recognise_share,
)
from grader.grading.training import accuracy
from grader.sandbox.client import Left, Student
from grader.sandbox.wire.values import Tensor

pytestmark = pytest.mark.slips(*SLIPS)
# (M, batch_size); the last as after a training
CASES = [(37, 8), (40, 8), (9, 50), (25, 1), (16, 16), (500, 100)]


@dataclass(frozen=True)
class Measured:
    """What one call returned, should have returned, and did with the network."""

    call: str
    seen: float
    wanted: float
    forwards: list[tuple[int, bool, bool]]  # rows, train mode, gradients on
    left: Left
    recording: bool  # whether gradients are enabled afterwards
    logits: np.ndarray  # (M, O), of what was measured
    targets: np.ndarray
    batch_size: int

    def named(self) -> Mistake | None:
        """What else than the accuracy was returned."""
        if len(self.forwards) == 1 and self.forwards[0][0] < len(self.targets):
            return ONE_BATCH
        return recognise_share(self.seen, self.logits, self.targets, self.batch_size)


def measure(
    student: Student,
    rng: np.random.Generator,
    count: int,
    batch_size: int,
    *,
    dropout: float = 0.0,
    train: bool = False,
) -> Measured:
    """Call evaluate on a random network and `count` rows, about half of them guessed right."""
    num_features, num_hidden, num_output = (int(n) for n in rng.integers(6, 12, 3))
    layers = [
        normal(rng, num_hidden, num_features),
        normal(rng, num_hidden),
        normal(rng, num_output, num_hidden),
        normal(rng, num_output),
    ]
    inputs = normal(rng, 2 * count, num_features)
    w1, b1, w2, b2 = (layer.astype(float) for layer in layers)
    logits = np.maximum(inputs @ w1.T + b1, 0) @ w2.T + b2  # (2 M, O)
    # Half of the rows are kept, those whose largest logit is one in any arithmetic.
    second, largest = np.sort(logits, axis=1)[:, -2:].T
    kept = np.sort(np.argsort(second - largest)[:count])
    inputs, logits = inputs[kept], logits[kept]
    # Shifted by one class where they should be wrong; the first rows rather than the last, so that
    # batches differ in accuracy.
    right = np.arange(count) >= count * rng.uniform(0.3, 0.7)
    targets = (logits.argmax(axis=1) + ~right) % num_output
    net = student.give_network(layers, dropout=dropout, train=train)
    called = student.call("evaluate", net, Tensor(inputs), Tensor(targets), batch_size)
    call = f"evaluate on {count} rows with batch_size={batch_size}"
    left = called.left[0]
    assert left is not None, "a network was passed"
    return Measured(
        call,
        number_in(called.value, call),
        accuracy(logits, targets),
        called.forwards,
        left,
        called.recording,
        logits,
        targets,
        batch_size,
    )


def expect_accuracy(measured: Measured) -> None:
    expect(
        abs(measured.seen - measured.wanted) < 1e-6,
        f"{measured.call} to give {measured.wanted:.6g}",
        f"{measured.seen:.6g}",
        "A row's guess is the place of its largest logit, argmax(dim=1): count the rows where it "
        "is the target, and divide by the number of rows.",
        known=measured.named,
    )


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("Return one number, from 0 to 1: the share of rows that are guessed right.")
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """The function evaluate returns a number from 0 to 1 and asks the network for it"""
    measured = measure(student, rng, 12, 4)
    expect(
        0 <= measured.seen <= 1,
        "a number from 0 to 1",
        f"{measured.seen:.6g}",
        known=lambda: measured.named() or (PERCENT if measured.seen > 1 else None),
    )
    expect(measured.forwards, "the network to be asked", "no forward pass")


@pytest.mark.points(3)
@pytest.mark.hint("Count the right guesses over all rows, then divide once by the number of rows.")
def test_accuracy(student: Student, rng: np.random.Generator) -> None:
    """It is the share of rows whose largest logit is their target's, however they are batched"""
    for count, batch_size in CASES:
        expect_accuracy(measure(student, rng, count, batch_size))


@pytest.mark.points(2)
@pytest.mark.hint("Call net.eval() before the first batch.")
def test_eval_mode(student: Student, rng: np.random.Generator) -> None:
    """A network in train mode is measured in eval mode"""
    measured = measure(student, rng, 500, 16, dropout=0.9, train=True)
    training = sum(bool(train) for _, train, _ in measured.forwards)
    expect(
        not training,
        "every forward pass in eval mode",
        f"{training} of {len(measured.forwards)} in train mode",
        known=lambda: TRAIN_MODE,
    )
    expect_accuracy(measured)


@pytest.mark.points(1)
@pytest.mark.hint("torch.no_grad() and torch.inference_mode() keep PyTorch from recording a graph.")
def test_no_gradients(student: Student, rng: np.random.Generator) -> None:
    """No graph for a backward pass is recorded"""
    measured = measure(student, rng, 20, 8)
    recorded = sum(bool(gradients) for _, _, gradients in measured.forwards)
    expect(
        not recorded,
        "every forward pass without gradients",
        f"{recorded} of {len(measured.forwards)} with a graph",
        known=lambda: changed(measured.left) or GRADIENTS_ON,
    )
    expect(
        measured.recording,
        "gradients to be on again afterwards",
        "they are off",
        known=lambda: STAY_OFF,
    )


@pytest.mark.points(2)
@pytest.mark.hint("inputs.split(batch_size) gives the batches, the last one with what is left.")
def test_batch_by_batch(student: Student, rng: np.random.Generator) -> None:
    """Each row is put through the network once, batch_size at a time"""
    for count, batch_size in CASES:
        measured = measure(student, rng, count, batch_size)
        wanted = [min(batch_size, count - start) for start in range(0, count, batch_size)]
        seen = [rows for rows, _, _ in measured.forwards]
        expect(
            seen == wanted,
            f"{measured.call} to see batches of {wanted} rows",
            f"{seen[:30]}",
            known=partial(named_batches, seen, wanted),
        )


def named_batches(seen: list[int], wanted: list[int]) -> Mistake | None:
    """Why the network saw other batches."""
    if seen == [sum(wanted)]:
        return ALL_AT_ONCE
    if seen == wanted[:-1]:
        return REST_DROPPED
    if len(seen) == sum(wanted) and set(seen) == {1}:
        return ROW_BY_ROW
    even = -(-sum(wanted) // wanted[0])
    if seen == [min(even, sum(wanted) - start) for start in range(0, sum(wanted), even)]:
        return NUMBER_OF_BATCHES
    return ONE_BATCH if len(seen) == 1 and seen[0] in (wanted[0], wanted[-1]) else None


@pytest.mark.points(1)
@pytest.mark.hint("Remember net.training at the beginning and restore it with net.train(...).")
def test_mode_restored(student: Student, rng: np.random.Generator) -> None:
    """The network is left as it was, in the mode that it was in"""
    for train in (True, False):
        measured = measure(student, rng, 10, 4, train=train)
        expect(
            measured.left.training is train and measured.left.as_a_whole,
            f"a network in {'train' if train else 'eval'} mode to be left in it",
            f"it is in {'eval' if train else 'train'} mode afterwards",
            known=partial(filled, STAYS_IN_EVAL if train else ALWAYS_TRAIN),
        )
        expect(
            changed(measured.left) is None,
            "the network's parameters to be as they were, without gradients, and trainable",
            "they are not",
            known=partial(changed, measured.left),
        )
