"""Known mistakes in `extra_layer`, beside those that parameters and logits give away."""

from __future__ import annotations

from grader.checks.misconceptions import Mistake

MISSING_AFTER_FIRST = Mistake(
    "no nonlinearity after the first layer",
    "The second layer follows the first one directly: each hidden layer has its own nonlinearity.",
)
MISSING_AFTER_SECOND = Mistake(
    "no nonlinearity after the second layer",
    "The output layer follows the second one directly: each hidden layer has its own nonlinearity.",
)
SKIP_CONNECTION = Mistake(
    "skip connection",
    "Something passes the middle layer by, as in a residual network: each layer takes what the one "
    "before gives, and only that.",
)
APPLIED_TWICE = Mistake(
    "middle layer applied twice",
    "The middle layer is applied twice, so that four layers share three weights: each is used "
    "once.",
)
