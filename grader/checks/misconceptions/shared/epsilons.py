"""Adam's steps with another ε, or with ε in another place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.checks.kit.optimizers import Trial
from grader.checks.misconceptions.shared.moments import (
    BETA_1,
    BETA_2,
    EPS,
    directed,
    with_eps,
)
from grader.checks.misconceptions.shared.steps import (
    Constants,
    WrongRule,
    gradients,
    moves,
    roundings,
)


def with_corrected_eps(
    start: np.ndarray, given: list[np.ndarray], lr: float, eps: float
) -> list[np.ndarray]:
    """The paper's second form, in which ε̂ stands beside √v before that is corrected."""

    def direct(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: int) -> np.ndarray:
        return np.sqrt(1 - BETA_2**t) / (1 - BETA_1**t) * m / (np.sqrt(v) + eps)

    return directed(direct)(start, given, lr)


def first_step_eps(trial: Trial) -> Iterator[Constants]:
    """Adam's first step d = lr·g / (|g| + ε) gives ε = lr·|g|/|d| - |g|."""
    seen, least = shown_eps(trial)
    # With a large one steps grow with the gradient, and the mistake is another one.
    yield from (c for c in roundings("eps", seen) if least < c["eps"] < 0.1)
    yield from ({"eps": eps} for eps in (1e-3, 1e-2, 1e-4))  # in use, where others hide it


def first_step_corrected_eps(trial: Trial) -> Iterator[Constants]:
    """In the paper's second form ε̂ / √(1 - β2) stands in ε's place in the first step."""
    root = np.sqrt(1 - BETA_2)
    seen, least = shown_eps(trial)
    yield from (c for c in roundings("eps", root * seen) if root * least < c["eps"] < 0.1 * root)
    yield from ({"eps": eps} for eps in (1e-3, 1e-4, 1e-5))


def shown_eps(trial: Trial) -> tuple[float, float]:
    """The ε that the first step shows, and the smallest that it would."""
    lr = trial.options["lr"]
    lengths = np.concatenate([np.abs(d).ravel() for d in moves(trial, 0)])
    sizes = np.concatenate([np.abs(g).ravel() for g in gradients(trial, 0)])
    seen = np.median(lr * sizes / np.maximum(lengths, 1e-300) - sizes)
    return float(seen), 1e-3 * float(np.median(sizes))


WRONG_EPSILONS = (
    WrongRule(
        "ε under the root",
        "ε is added to v here, before its root is taken: it is added after, to √v̂.",
        directed(
            lambda m, v, g, t: m / (1 - BETA_1**t) / np.sqrt((v + EPS) / (1 - BETA_2**t))
        ),
    ),
    WrongRule(
        "ε as a lower bound",
        "√v̂ is kept from falling below ε here: ε is added to it.",
        directed(
            lambda m, v, g, t: m / (1 - BETA_1**t) / np.maximum(np.sqrt(v / (1 - BETA_2**t)), EPS)
        ),
    ),
    WrongRule(
        "ε under the root",
        "ε stands under the root here, where it acts like its own root, 1e-4: it is added after "
        "the root was taken.",
        directed(
            lambda m, v, g, t: m / (1 - BETA_1**t) / np.sqrt(v / (1 - BETA_2**t) + EPS)
        ),
    ),
    WrongRule(
        "lr taken for ε",
        "lr acts as ε here, beside a learning rate of 1e-3: pass it on by name.",
        lambda start, given, lr: with_eps(start, given, 1e-3, lr),
    ),
    WrongRule(
        "another ε",
        "These are Adam's steps with ε = {eps:.4g} beside √v, in place of 1e-8.",
        with_corrected_eps,
        first_step_corrected_eps,
    ),
    WrongRule(
        "another ε",
        "These are Adam's steps without ε, which is left out, or stands outside the brackets: "
        "m̂ / (√v̂ + ε).",
        lambda start, given, lr: with_eps(start, given, lr, 0.0),
    ),
    WrongRule(
        "another ε",
        "These are Adam's steps with ε = {eps:.4g} in place of 1e-8.",
        with_eps,
        first_step_eps,
    ),
)  # fmt: skip
