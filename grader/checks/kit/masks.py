"""Dropout in the run that trains, judged by what random masks leave of logits and gradients.

With u the logits of a step without dropping, R those seen minus u, h the hidden activations and
r = p / (1 - p): a mask that drops each h_ij by itself makes R a sum of independent terms
W2_kj · h_ij · e_ij, with e of mean 0 and variance r. So R has mean 0 and, row by row, the
covariance r · C_i, C_i = Σ_j h_ij² W2_j W2_jᵀ. With p = 1/2 the e are signs, and the tails of all
sums below are no longer than a normal distribution's (Hoeffding); of their squares they are an
exponential's.

The limits are such that a right module fails by chance less than once in 10^7 runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grader.checks.kit.curves import Curve
from grader.checks.kit.layers import Layers
from grader.checks.kit.probes import expect
from grader.checks.kit.training_run import (
    LOOK,
    ForwardPass,
    expect_followed,
    expect_unseen,
    loss_gradient,
    near,
)
from grader.grading.training import RevealedStep, TrainingRun

DEVIATIONS = 7.0
TOGETHER = 12.0  # mean square of a sum that has few independent directions
LARGEST, SMALLEST_MEAN, LARGEST_MEAN = 10.0, 0.3, 4.0  # of the gradients' deviations


@dataclass(frozen=True)
class Dropped:
    """What dropping did to the logits of one step."""

    passed: ForwardPass  # without dropping
    residual: np.ndarray  # (N, C): R
    covariance: np.ndarray  # (N, C, C): r·C_i


def dropped(step: RevealedStep, layers: Layers, curve: Curve, ratio: float) -> Dropped:
    weights = layers.split(step.before)
    passed = ForwardPass(weights, [curve], step.images)
    w2, hidden = weights["W2"].astype(np.float64), passed.hidden(1).value
    products = (w2[:, None] * w2[None]).reshape(-1, w2.shape[1])  # (C·C, H)
    covariance = (ratio * hidden**2 @ products.T).reshape(-1, len(w2), len(w2))
    return Dropped(passed, step.logits - passed.logits, covariance)


def expect_dropout_trains(run: TrainingRun, layers: Layers, curve: Curve, p: float) -> None:
    """Fail unless the run's steps dropped each hidden activation by itself, with probability `p`,
    and no step anything else."""
    expect_followed(run)
    ratio = p / (1 - p)
    steps = [dropped(step, layers, curve, ratio) for step in run.steps]
    expect_masks(steps, p)
    for step, drop in zip(run.steps, steps, strict=True):
        expect_masked_gradients(step, layers, drop.passed, ratio)
    expect_unseen(run, ForwardPass(layers.split(run.trained), [curve], run.unseen_images))


def expect_masks(steps: list[Dropped], p: float) -> None:
    """Fail unless the logits differ from the undropped ones as independent masks make them."""
    for chosen in (steps, *([step] for step in steps)):
        expect_variance(chosen, p)
    residual = np.concatenate([step.residual for step in steps])  # (M, C), over all steps
    covariance = np.concatenate([step.covariance for step in steps])  # (M, C, C)
    expected = float(np.trace(covariance.sum(0)))
    through = np.concatenate(
        [step.passed.logits - step.passed.weights["b2"] for step in steps]
    )  # (M, C): what dropping a whole row takes away
    along = np.einsum("nc,nc->n", residual, through) ** 2
    wanted = np.einsum("nc,ncd,nd->n", through, covariance, through)
    share = float((along / np.maximum(wanted, 1e-30)).mean())
    expect(
        share <= 1 + DEVIATIONS * math.sqrt(2 / len(residual)),
        "in training each hidden activation to be dropped by itself",
        f"whole rows of them together: along the logits the variance is {share:.1f} times that of "
        "independent masks",
        LOOK,
    )
    sums = sum(float((step.residual.sum(0) ** 2).sum()) for step in steps)
    expect(
        sums <= TOGETHER * expected,
        "in training a mask of its own for each row of a batch",
        "rows that are masked alike",
        LOOK,
    )
    product = variance = 0.0
    for number, first in enumerate(steps):
        for second in steps[number + 1 :]:
            product += float((first.residual * second.residual).sum())
            variance += float(np.einsum("ncd,ncd->", first.covariance, second.covariance))
    expect(
        abs(product) <= DEVIATIONS * math.sqrt(variance),
        "in training other masks in every step",
        "masks that repeat",
        LOOK,
    )


def expect_variance(steps: list[Dropped], p: float) -> None:
    """Fail unless R is as large, over all rows of the steps, as masks with `p` make it."""
    square = sum(float((step.residual**2).sum()) for step in steps)
    expected = sum(float(np.trace(step.covariance.sum(0))) for step in steps)
    spread = math.sqrt(2 * sum(float((step.covariance**2).sum()) for step in steps))
    expect(
        abs(square - expected) <= DEVIATIONS * spread,
        f"in training the logits to vary as they do where each hidden activation is dropped with "
        f"probability {p:g}",
        f"a variance that is {square / max(expected, 1e-30):.2f} times that",
        LOOK,
    )


def expect_masked_gradients(
    step: RevealedStep, layers: Layers, passed: ForwardPass, ratio: float
) -> None:
    """Fail unless the gradients are those through some such mask."""
    cotangent = loss_gradient(step)
    for role, (chosen, index) in layers.locate(step.coordinates).items():
        seen = step.gradients[chosen]
        mean, error = passed.gradient(cotangent, role, index)
        error = error + step.gradient_error[chosen]
        if role == "b2":
            right = near(seen, mean, error)
        else:
            deviation = np.sqrt(ratio * passed.squares(cotangent, role, index))
            off = np.abs(seen - mean)
            far = np.maximum(off - error, 0) > LARGEST * deviation
            moving = deviation > np.maximum(1e-2 * deviation.max(initial=0), 3 * error)
            square = float(((off[moving] / deviation[moving]) ** 2).mean()) if moving.any() else 1.0
            right = not far.any() and SMALLEST_MEAN < square < LARGEST_MEAN
        expect(
            right,
            f"in step {step.number + 1} of training the loss's gradient of `{layers.name(role)}` "
            "through the activations that were kept",
            "another one",
            "Whatever forward does takes part in the backward pass.",
        )
