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
from grader.checks.kit.probes import expect, show
from grader.checks.kit.training_run import (
    LOOK,
    ForwardPass,
    expect_followed,
    expect_unseen,
    loss_gradient,
    near,
)
from grader.grading.training import RevealedStep, TrainingRun
from grader.sandbox.client import Network

DEVIATIONS = 7.0
FARTHEST = 7.5  # deviations of some five thousand sums of signs
NEIGHBOURS = 4  # units side by side, among those whose masks are seen
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


def expect_masks_where_it_trains(
    net: Network, layers: Layers, images: np.ndarray, rng: np.random.Generator
) -> None:
    """Fail unless masks with probability 1/2, seen one by one, are independent: in a network of the
    training's sizes, on a batch of it, whether autograd records or not.

    The logits show as many hidden units: some neighbours, and some of elsewhere. Signs that are
    independent sum up to more than FARTHEST·√n once in 8·10^11 times (Hoeffding).

    Args:
        images: (N, F).
    """
    _, num_hidden, num_output = net.sizes
    # Each unit once; the order goes round, so that the first is any.
    order = np.roll(np.arange(num_hidden), int(rng.integers(num_hidden)))
    others = rng.choice(order[NEIGHBOURS:], num_output - NEIGHBOURS, replace=False)
    units = np.concatenate([order[:NEIGHBOURS], others])
    weights = layers.draw(rng)
    weights["W2"] = np.zeros_like(weights["W2"])
    weights["W2"][np.arange(num_output), units] = 1
    kept = np.zeros(())
    for bias in (0.0, 1.5, -1.5):  # some nonlinearity is 0 on one side
        weights["b1"] = np.full(num_hidden, bias, np.float32)
        layers.assign(net, weights)
        kept = net.forward(images) - weights["b2"]
        known = np.abs(kept) > 1e-2 * np.abs(kept).max(initial=1e-6)
        if known.mean() > 0.9:
            break
    passes = [
        logits - weights["b2"]
        for _ in range(2)
        for logits in net.forward_all([images] * 6, train=True, seed=int(rng.integers(2**31)))
    ]
    ratios = np.stack(passes) / np.where(known, kept, 1)
    signs = np.where(known, np.sign(ratios - 1), 0)  # (T, N, C)
    expect(
        (np.minimum(np.abs(ratios), np.abs(ratios - 2)) < 1e-2)[:, known].all(),
        "in networks and on batches as in training each hidden activation h to become 0 or "
        "h / (1 - p)",
        f"{show(np.stack(passes)[:, known])} of {show(np.stack([kept[known]] * 2))}",
        LOOK,
    )
    expect_balanced(signs.reshape(1, -1).sum(1), np.abs(signs).sum(), "all of them")
    turned = {"passes": signs, "rows": signs.swapaxes(0, 1), "units": signs.transpose(2, 0, 1)}
    for what, parts in turned.items():
        flat = parts.reshape(len(parts), -1)
        expect_balanced(flat.sum(1), np.abs(flat).sum(1), f"single {what}")
        together = np.triu(flat @ flat.T, 1)
        expect_balanced(together, np.abs(flat) @ np.abs(flat).T, f"pairs of {what}")


def expect_balanced(sums: np.ndarray, counts: np.ndarray, where: str) -> None:
    """Fail unless sums of so many signs are as small as chance makes them."""
    expect(
        (np.abs(sums) <= FARTHEST * np.sqrt(counts)).all(),
        "in networks and on batches as in training each hidden activation to be dropped by "
        "itself, anew in each pass, with probability p",
        f"masks that are not like that, looked at in {where}",
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
