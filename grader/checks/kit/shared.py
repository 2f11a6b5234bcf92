"""Checks that several assignments share, and what all training checks ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from grader.checks.kit.probes import draw_seed, draw_sizes, expect, normal
from grader.checks.misconceptions import Known, Mistake, filled
from grader.checks.misconceptions.shared import common
from grader.checks.misconceptions.shared.layers import (
    CONSTANT_WEIGHTS,
    LAYER_MISSING,
    NEVER_SET,
    ONE_ROW,
)
from grader.checks.misconceptions.shared.trainings import recognise_training
from grader.grading.plugin import Passed, Recognised
from grader.grading.training import TrainingRun
from grader.sandbox.client import Network, Parameter, Student, StudentUnusable

MEND_FIRST = "What did not pass above may be why: mend that first."


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Build Net(7, 5, 3) and call it on torch.randn(4, 7): it should return a float32 tensor of "
    "shape (4, 3), also for a single row after net.eval()."
)
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """The module imports, Net can be built, and forward gives logits"""
    expect_defined(student, "Net")
    for wider_than_output in (False, True):
        num_features, num_hidden, num_output = draw_sizes(rng)
        if wider_than_output:
            num_hidden, num_output = num_output, num_hidden
        net = student.build(num_features, num_hidden, num_output, seed=draw_seed(rng))
        unset = [
            f"`{p.name}`"
            for p in net.parameters
            if p.value is not None and not np.isfinite(p.value).all()
        ]
        expect(
            not unset,
            "every weight and bias to be initialised",
            f"entries of {', '.join(unset[:4])} that are not finite",
            known=partial(
                filled,
                NEVER_SET,
                names=", ".join(unset[:4]),
            ),
        )
        expect_one_row(net, rng)
        net.forward(normal(rng, 100, num_features))
        net.forward(normal(rng, 2, num_features), train=True)


def expect_defined(student: Student, name: str) -> None:
    """Fail unless the module defines `name`, in the words in which a worker says so."""
    if name not in student.load():
        raise StudentUnusable(f"importing {student.filename}: the module does not define {name}")


@contextmanager
def recognising_not_finite(mistake: Mistake, mode: str) -> Iterator[None]:
    """Name logits that are not finite in "train" or "eval" mode as `mistake`."""
    try:
        yield
    except StudentUnusable as error:
        if not re.search(rf"in {mode} mode gave .*\(NaN or infinity\)$", str(error)):
            raise
        raise Recognised(error, *mistake) from error


def expect_one_row(net: Network, rng: np.random.Generator) -> None:
    """Fail unless a single row in eval mode gives logits."""
    try:
        net.forward(normal(rng, 1, net.sizes[0]))
    except StudentUnusable as error:
        if not str(error).endswith("(NaN or infinity)"):
            raise
        net.forward(normal(rng, 2, net.sizes[0]))  # if that fails, rows are not what matters
        expect(
            False,
            "finite logits for a single row in eval mode, as for two",
            "NaN or infinity",
            known=lambda: ONE_ROW,
        )


@pytest.mark.points(1)
@pytest.mark.hint(
    "Draw weights with torch's own functions and leave the seed to whoever uses the network."
)
def test_reproducible(student: Student, rng: np.random.Generator) -> None:
    """The same seed gives the same network, another seed another one"""
    expect_reproducible_network(student, rng)


def expect_reproducible_network(
    student: Student, rng: np.random.Generator, sizes: tuple[int, ...] | None = None
) -> None:
    """Fail unless networks are drawn from torch's global generator, and only drawn from it."""
    sizes = sizes or draw_sizes(rng)
    seed, other_seed = draw_seed(rng), draw_seed(rng)
    first, again, other = (student.build(*sizes, seed=s) for s in (seed, seed, other_seed))
    expect(
        first.parameters,
        "a network with parameters",
        "parameters() gives none",
        known=lambda: LAYER_MISSING,
    )
    expect(
        len(first.parameters) == len(again.parameters) == len(other.parameters),
        "the same number of parameters in every network of one size",
        f"{len(first.parameters)}, {len(again.parameters)} and {len(other.parameters)}",
    )
    goes_on = np.array_equal(first.next_draw, again.next_draw)
    follows = not np.array_equal(first.next_draw, other.next_draw)
    expect_drawn(first, again, other, goes_on=goes_on, follows=follows)
    expect(
        is_another(first, other),
        "another network after another torch.manual_seed",
        "the same one",
        "Its weights should be random, and drawn from torch's global generator.",
        known=lambda: CONSTANT_WEIGHTS if any(map(is_weight, first.parameters)) else LAYER_MISSING,
    )
    following = student.build(*sizes, seed=None)
    expect(
        is_another(other, following),
        "another network again where two are built one after the other",
        "the same one twice",
        "Draw from torch's generator, which goes on; not from one that is given its seed.",
    )
    expect(
        follows,
        "torch's generator to go on from the seed it was given",
        "it was seeded anew",
        "Do not call torch.manual_seed in the module.",
        known=lambda: common.RESEEDS,
    )
    expect(
        goes_on,
        "torch's generator to go on from the seed it was given",
        "another state each time",
        "Do not call torch.seed in the module.",
        known=lambda: common.RESEEDS,
    )
    expect_no_reseeding(student)


def expect_drawn(
    first: Network, again: Network, other: Network, *, goes_on: bool, follows: bool
) -> None:
    """Fail unless each parameter of two networks of one seed is the same, and of a third's another.

    Args:
        goes_on: whether torch's generator was left in the same state by the first two.
        follows: whether it was left in another by the third.
    """
    for a, b, c in zip(first.parameters, again.parameters, other.parameters, strict=True):
        if a.value is None or b.value is None or c.value is None:
            continue  # test_layers says what is wrong with it
        expect(
            np.array_equal(a.value, b.value),
            f"the same `{a.name}` after the same torch.manual_seed",
            "other values",
            "Draw from torch's global generator, not from NumPy's, Python's or one of your own.",
            known=lambda: common.OTHER_GENERATOR if goes_on else common.RESEEDS,
        )
        # Zero biases and an identity matrix hold one or two different numbers, drawn ones many.
        if len(np.unique(a.value)) > 2:
            expect(
                not np.array_equal(a.value, c.value),
                f"another `{a.name}` after another torch.manual_seed",
                "the same values",
                "Do not call torch.manual_seed in the module, and do not use constant weights.",
                known=lambda: common.FIXED_DRAWS if follows else common.RESEEDS,
            )


def is_another(one: Network, other: Network) -> bool:
    """Whether some parameter has other values."""
    return any(
        a.value is not None and b.value is not None and not np.array_equal(a.value, b.value)
        for a, b in zip(one.parameters, other.parameters, strict=False)
    )


def is_weight(parameter: Parameter) -> bool:
    return parameter.value is None or parameter.value.squeeze().ndim >= 2


def expect_no_reseeding(student: Student) -> None:
    """Fail if importing the module seeds torch's generator."""
    expect(
        not student.reseeds_at_import(),
        "importing the module to leave torch's generator alone",
        "torch.manual_seed is called at the top of the module",
        'Move it below if __name__ == "__main__".',
        known=lambda: common.RESEEDS,
    )


def expect_accuracy(run: TrainingRun, passed: Passed, known: Known = lambda: None) -> None:
    """Fail below the assignment's threshold; `known` may name a reason.

    What did not pass above is the reason, or may be: only where all did one is looked for.
    """
    sound = passed()
    summary = run.summary
    losses = " → ".join(f"{loss:.2f}" for loss in summary.loss)
    expect(
        summary.valid_accuracy >= summary.threshold,
        f"a validation accuracy of at least {summary.threshold:.2f} "
        f"after {len(summary.loss)} epochs",
        f"{summary.valid_accuracy:.2f}, with a training loss of {losses}",
        "Look at what the initial weights and the learning rate do." if sound else MEND_FIRST,
        known=lambda: (
            known() or recognise_training(summary.loss, run.unseen_logits) if sound else None
        ),
    )
