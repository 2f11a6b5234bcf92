"""Known mistakes in `relu`: what else the network may compute from its weights and inputs.

Other nonlinearities in the hidden layer are recognised in curves.py.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.misconceptions import Mistake, only
from grader.checks.misconceptions.shared.curves import ON_LOGITS

Weights = dict[str, np.ndarray]


def relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def hidden(w: Weights, x: np.ndarray) -> np.ndarray:
    return relu(x @ w["W1"].T + w["b1"])


def output(w: Weights, v: np.ndarray) -> np.ndarray:
    return v @ w["W2"].T + w["b2"]


# Each from weights and inputs (N, F) to logits (N, O).
FORWARDS: tuple[tuple[Mistake, Callable[[Weights, np.ndarray], np.ndarray]], ...] = (
    (
        Mistake(
            "bias after the ReLU",
            "The first bias is added after the ReLU: it belongs to z, which ReLU is applied to.",
        ),
        lambda w, x: output(w, relu(x @ w["W1"].T) + w["b1"]),
    ),
    (
        Mistake(
            "bias subtracted",
            "The first bias is subtracted: z is W1·x + b1.",
        ),
        lambda w, x: output(w, relu(x @ w["W1"].T - w["b1"])),
    ),
    (
        Mistake(
            "bias subtracted",
            "A bias is subtracted: both are added.",
        ),
        lambda w, x: output(w, hidden(w, x)) - 2 * w["b2"],
    ),
    (
        Mistake(
            "ReLU on the inputs",
            "The inputs go through a ReLU as well, which pixels from 0 to 1 do not show: it "
            "belongs to the hidden layer only.",
        ),
        lambda w, x: output(w, hidden(w, relu(x))),
    ),
    (
        Mistake(
            "ReLU before the first layer",
            "The ReLU is applied to the inputs, and not to the hidden layer: it belongs to W1·x + "
            "b1, between the two layers.",
        ),
        lambda w, x: output(w, relu(x) @ w["W1"].T + w["b1"]),
    ),
    (
        Mistake(
            "ReLU after the last layer",
            "The ReLU is applied to the logits, and not to the hidden layer: it belongs to W1·x + "
            "b1, between the two layers.",
        ),
        lambda w, x: relu(output(w, x @ w["W1"].T + w["b1"])),
    ),
)

SOME_UNITS = Mistake(
    "some units only",
    "Some of the hidden units go through ReLU, and others do not: it is applied to all of them.",
)
NOT_IN_TRAINING = Mistake(
    "no nonlinearity",
    "In train mode z goes through the hidden layer unchanged: ReLU is there in both modes.",
)


def recognise_forward(
    weights: Weights, inputs: np.ndarray, seen: np.ndarray, train: bool
) -> Mistake | None:
    """What else than W2·max(0, W1·x + b1) + b2 gives these logits, where a hidden layer that was
    shown single numbers in eval mode was ReLU."""
    w = {role: value.astype(np.float64) for role, value in weights.items()}
    right = output(w, hidden(w, inputs))
    candidates = [
        *((mistake, forward(w, inputs)) for mistake, forward in FORWARDS),
        *((mistake, function(right)) for mistake, function in ON_LOGITS),
    ]
    if train:
        candidates.append((NOT_IN_TRAINING, output(w, inputs @ w["W1"].T + w["b1"])))
    return only(
        mistake
        for mistake, predicted in candidates
        if np.abs(seen - predicted).max() <= 2e-4 * np.abs(predicted).max()
    )


def recognise_softmax(points: np.ndarray, activated: np.ndarray, more: int) -> Mistake | None:
    """Whether the first of the logits are a softmax of ReLU(points) and of `more` zeros."""
    grown = np.exp(relu(points.astype(np.float64)) - relu(points).max(axis=1, keepdims=True))
    none = np.exp(-relu(points).max(axis=1, keepdims=True).astype(np.float64))
    predicted = grown / (grown.sum(axis=1, keepdims=True) + more * none)
    fits = np.abs(activated - predicted).max() <= 2e-4
    return ON_LOGITS[0][0] if fits else None
