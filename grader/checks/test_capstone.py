"""Checks for `capstone`: how well the student's own network reads test images after 100 steps.

One run serves all bands. The network's weights have to be drawn, not brought along.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from grader.checks.kit.optimizer_checks import named_held
from grader.checks.kit.probes import draw_seed, expect, normal
from grader.checks.kit.shared import expect_reproducible_network
from grader.checks.misconceptions.shared.trainings import recognise_outputs, recognise_training
from grader.grading.training import OWN_SIZES, OwnRun
from grader.sandbox.client import Student


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Build Net(784, 10), call it on torch.rand(4, 784), and give make_optimizer its parameters()."
)
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """The network can be built, gives logits, and make_optimizer returns an optimizer of it"""
    net = student.build(*OWN_SIZES, seed=draw_seed(rng))
    net.forward(rng.random((1, OWN_SIZES[0]), np.float32))
    net.forward(rng.random((2, OWN_SIZES[0]), np.float32), train=True)
    # Only where numbers take as much room as those that are sent: what came in a message fits one.
    drawn = [p.value for p in net.parameters if p.value is not None and p.value.dtype.kind == "f"]
    start = [normal(rng, *value.shape) for value in drawn]
    held = student.make_optimizer(start, as_generator=True).held
    expect(
        -1 not in held,
        "an optimizer over the parameters that it was passed, or some of them",
        f"{held.count(-1)} others in its param_groups",
        known=partial(named_held, held, as_generator=True),
    )


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Weights that were trained elsewhere are no network's own achievement: draw them."
)
def test_reproducible(student: Student, rng: np.random.Generator) -> None:
    """Its weights are drawn from torch's generator: another seed, another network"""
    expect_reproducible_network(student, rng, OWN_SIZES)


def expect_band(run: OwnRun, band: float) -> None:
    losses = " → ".join(f"{loss:.2f}" for loss in run.summary.loss)
    expect(
        run.summary.valid_accuracy >= band,
        f"an accuracy of at least {band:.2f} on the test images",
        f"{run.summary.valid_accuracy:.3f}, with a training loss of {losses}",
        known=lambda: (
            recognise_outputs(run.last_logits, run.unseen_logits)
            or recognise_training(run.summary.loss, run.unseen_logits)
        ),
    )


@pytest.mark.points(2)
@pytest.mark.hint("If the loss hardly falls, the learning rate is too small or by far too large.")
def test_it_learns(own_run: OwnRun) -> None:
    """It learns: it reaches the first band of accuracy"""
    expect_band(own_run, own_run.bands[0])


@pytest.mark.points(2)
@pytest.mark.hint("A better optimizer gets further in a hundred steps.")
def test_as_good_as_a_tuned_baseline(own_run: OwnRun) -> None:
    """It is as good as the baseline with a tuned learning rate: the second band"""
    expect_band(own_run, own_run.bands[1])


@pytest.mark.points(2)
@pytest.mark.hint("Momentum, Adam, initialisation and normalisation all make the steps count more.")
def test_as_good_as_two_layers_can_be(own_run: OwnRun) -> None:
    """It is as good as two layers with the best of the eight tasks: the third band"""
    expect_band(own_run, own_run.bands[2])


@pytest.mark.points(2)
@pytest.mark.hint("A fully connected network does not know which pixels are neighbours; use it.")
def test_as_good_as_convolutions(own_run: OwnRun) -> None:
    """It is as good as a small convolutional network: the highest band"""
    expect_band(own_run, own_run.summary.threshold)
