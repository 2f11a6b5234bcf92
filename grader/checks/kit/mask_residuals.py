"""What dropout's masks leave of the logits in the run that trains.

With u the logits of a step without dropping, R those seen minus u, h the hidden activations and
r = p / (1 - p): a mask that drops each h_ij by itself makes R a sum of independent terms
W2_kj · h_ij · (e_ij - 1), of mean 0 and variance r. So R has, row by row, the covariance r · C_i,
C_i = Σ_j h_ij² W2_j W2_jᵀ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grader.checks.kit.curves import Curve
from grader.checks.kit.layers import Layers
from grader.checks.kit.passes import ForwardPass
from grader.checks.kit.probes import expect
from grader.checks.kit.training_run import LOOK
from grader.grading.training import RevealedStep

P = 0.5  # the default, by which networks train
DEVIATIONS = 7.0


@dataclass(frozen=True)
class Residual:
    """What dropping did to the logits of one step."""

    logits: np.ndarray  # (N, C): R
    covariance: np.ndarray  # (N, C, C): r·C_i


def residual_of(revealed: RevealedStep, layers: Layers, curve: Curve) -> Residual:
    weights = layers.split(revealed.before)
    passed = ForwardPass(weights, [curve], revealed.step.images)
    w2, hidden = weights["W2"].astype(np.float64), passed.hidden(1).value
    products = (w2[:, None] * w2[None]).reshape(-1, w2.shape[1])  # (C·C, H)
    ratio = P / (1 - P)
    covariance = (ratio * hidden**2 @ products.T).reshape(-1, len(w2), len(w2))
    return Residual(revealed.step.logits - passed.logits, covariance)


def expect_variance(residuals: list[Residual]) -> None:
    """Fail unless R is as large, over all rows of the steps, as masks make it."""
    square, expected = squares(residuals)
    spread = math.sqrt(2 * sum(float((r.covariance**2).sum()) for r in residuals))
    expect(
        abs(square - expected) <= DEVIATIONS * spread,
        f"in training the logits to vary as they do where each hidden activation is dropped with "
        f"probability {P:g}",
        f"a variance that is {square / max(expected, 1e-30):.2f} times that",
        LOOK,
    )


def squares(residuals: list[Residual]) -> tuple[float, float]:
    """R² in all, and its mean by chance where masks make it."""
    square = sum(float((residual.logits**2).sum()) for residual in residuals)
    expected = sum(float(np.trace(residual.covariance.sum(0))) for residual in residuals)
    return square, expected


def varies(residuals: list[Residual]) -> bool:
    """Whether something is dropped, as far as the logits show it."""
    square, expected = squares(residuals)
    return square > 0.1 * expected
