"""Known mistakes in `batchnorm`: other statistics, other modes, other places."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.shared.layers import (
    BIAS_MISSING,
    EXTRA_NUMBER,
    LAYER_MISSING,
    UNUSED,
    wrong_parameters,
)
from grader.checks.misconceptions.shared.running import lines_of
from grader.sandbox.client import Parameter

# ---------------------------------------------------------------- parameters

NO_SCALE_AND_SHIFT = Mistake(
    "no scale and shift",
    "Scale and shift of the normalised activations, or one of them, are not among the parameters: "
    "without them every unit is bound to mean 0 and variance 1.",
)
NOTHING_SHIFTS = Mistake(
    "no scale and shift",
    "No parameter shifts what is normalised: the shift is missing, or forward leaves it out, adds "
    "the scale in its place, or adds it before the normalisation, which takes it away again.",
)
IDLE = UNUSED._replace(
    says="Scale or shift is a parameter, but has no effect on the logits: forward multiplies by "
    "the one and adds the other, gamma·x_hat + beta.",
)
SHIFT_SCALED = Mistake(
    "shift scaled as well",
    "The shift is multiplied by the scale, gamma·(x_hat + beta): it is added after that, "
    "gamma·x_hat + beta.",
)
ONE_SCALE = Mistake(
    "one scale for all units",
    "Scale or shift is a single number: each hidden unit has its own.",
)
INPUTS_TOO = Mistake(
    "inputs normalised",
    "The inputs are normalised: it is the hidden layer, and only that, that should be.",
)
LOGITS_TOO = Mistake(
    "logits normalised",
    "The logits are normalised: it is the hidden layer, and only that, that should be.",
)
TWICE = Mistake(
    "normalised twice",
    "There are more vectors of the hidden layer's size than one normalisation has: it is "
    "normalised once, before or after the nonlinearity.",
)


RUNNING_TRAINED = Mistake(
    "running statistics among the parameters",
    "Running statistics are parameters here: no gradient trains them, so they are buffers, by "
    "self.register_buffer(name, tensor).",
)
KEPT = re.compile(r"running|moving|mean|var|mu\b|sigma|std")


def recognise_parameters(
    shapes: Mapping[str, tuple[int, ...]], missing: Sequence[str], unknown: Sequence[Parameter]
) -> Mistake | None:
    """As for every network, but that a normalisation has two vectors of its own."""
    num_hidden, num_features = shapes["W1"]
    by_size = {num_features: INPUTS_TOO, shapes["b2"][0]: LOGITS_TOO, num_hidden: TWICE}
    more = [p.value.shape for p in unknown if p.value is not None]
    if more and all(len(shape) == 1 and shape[0] in by_size for shape in more):
        if any(KEPT.search(p.name) for p in unknown):
            return RUNNING_TRAINED
        mistakes = {by_size[shape[0]] for shape in more}
        return mistakes.pop() if len(mistakes) == 1 else None
    general = wrong_parameters(shapes, missing, unknown)
    if set(missing) <= {"gamma", "beta", "b1"}:
        if general is BIAS_MISSING:
            return NO_SCALE_AND_SHIFT
        if more and all(np.prod(shape) == 1 for shape in more):
            return ONE_SCALE if missing else EXTRA_NUMBER
    return general if general is not LAYER_MISSING else None


# ---------------------------------------------------------------- train mode

LAYER_NORM = Mistake(
    "normalised over the features",
    "Each row is normalised by its own mean and variance, as layer normalisation does: here they "
    "are taken over the batch, one of each per unit.",
)

# From z (N, H) to what scale and shift are applied to.
Normalise = Callable[[np.ndarray], np.ndarray]


def layer_norm(z: np.ndarray, ddof: int = 0) -> np.ndarray:
    return (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, ddof=ddof, keepdims=True)


def mean_divided(z: np.ndarray, ddof: int) -> np.ndarray:
    return z - z.mean(axis=0) / z.std(axis=0, ddof=ddof)


def first_divided(z: np.ndarray, ddof: int) -> np.ndarray:
    return z / z.std(axis=0, ddof=ddof) - z.mean(axis=0)


NORMALISATIONS: tuple[tuple[Mistake, Normalise], ...] = (
    (LAYER_NORM, layer_norm),
    (LAYER_NORM, partial(layer_norm, ddof=1)),
    (
        Mistake(
            "one mean for all units",
            "There is one mean and one variance for all units together: each unit has its own.",
        ),
        lambda z: (z - z.mean()) / z.std(),
    ),
    (
        Mistake(
            "one mean for all units",
            "There is one mean and one variance for all units together: each unit has its own.",
        ),
        lambda z: (z - z.mean()) / z.std(ddof=1),
    ),
    (
        Mistake(
            "divided by the variance",
            "Activations are divided by their variance: its root brings them to variance 1.",
        ),
        lambda z: (z - z.mean(axis=0)) / z.var(axis=0),
    ),
    (
        Mistake(
            "divided by the variance",
            "Activations are divided by their variance: its root brings them to variance 1.",
        ),
        lambda z: (z - z.mean(axis=0)) / z.var(axis=0, ddof=1),
    ),
    (
        Mistake(
            "divided by the root of the deviation",
            "Activations are divided by the root of their standard deviation: it is the root of "
            "the variance, the deviation itself, that brings them to variance 1.",
        ),
        lambda z: (z - z.mean(axis=0)) / np.sqrt(z.std(axis=0)),
    ),
    (
        Mistake(
            "divided by the root of the deviation",
            "Activations are divided by the root of their standard deviation: it is the root of "
            "the variance, the deviation itself, that brings them to variance 1.",
        ),
        lambda z: (z - z.mean(axis=0)) / np.sqrt(z.std(axis=0, ddof=1)),
    ),
    (
        Mistake(
            "only centred",
            "The batch's mean is subtracted, but nothing divides by the deviation.",
        ),
        lambda z: z - z.mean(axis=0),
    ),
    *(
        (
            Mistake(
                "sum in place of the mean",
                "The batch's sum is subtracted: the mean is the sum over the number of rows, as in "
                "x.mean(dim=0).",
            ),
            rule,
        )
        for rule in (
            lambda z: (z - z.sum(axis=0)) / z.std(axis=0),
            lambda z: (z - z.sum(axis=0)) / np.sqrt(((z - z.sum(axis=0)) ** 2).mean(axis=0)),
        )
    ),
    (
        Mistake(
            "mean not subtracted",
            "Activations are divided by the batch's deviation, but its mean is not subtracted.",
        ),
        lambda z: z / z.std(axis=0),
    ),
    (
        Mistake(
            "mean not subtracted",
            "Activations are divided by the batch's deviation, but its mean is not subtracted.",
        ),
        lambda z: z / z.std(axis=0, ddof=1),
    ),
    *(
        (
            Mistake(
                "parentheses missing",
                f"Only {part} is divided by the deviation, as where parentheses are missing: "
                "(x - mean) / sqrt(var + eps).",
            ),
            partial(rule, ddof=ddof),
        )
        for part, rule in (("the mean", mean_divided), ("x", first_divided))
        for ddof in (0, 1)
    ),
    (
        Mistake(
            "mean absolute deviation",
            "Activations are divided by their mean absolute deviation: it is the root of the "
            "variance that brings them to variance 1.",
        ),
        lambda z: (z - z.mean(axis=0)) / np.abs(z - z.mean(axis=0)).mean(axis=0),
    ),
    (
        Mistake(
            "root mean square",
            "Activations are divided by the root of their mean square, as by RMSNorm, and not "
            "centred: the batch's mean is subtracted first.",
        ),
        lambda z: z / np.sqrt((z**2).mean(axis=0)),
    ),
    (
        Mistake(
            "scaled to the range",
            "Activations are scaled to the range from 0 to 1 by the batch's smallest and largest: "
            "it is mean and deviation that normalise.",
        ),
        lambda z: (z - z.min(axis=0)) / (z.max(axis=0) - z.min(axis=0)),
    ),
    (
        Mistake(
            "not normalised",
            "Scale and shift are applied to what is not normalised: F.batch_norm takes "
            "training=self.training (not self.eval), and forward calls no .eval().",
        ),
        lambda z: z,
    ),
    (
        Mistake(
            "half of the batch",
            "Mean and variance are those of the first half of the batch: all of its rows count.",
        ),
        lambda z: (z - z[: len(z) // 2].mean(axis=0)) / z[: len(z) // 2].std(axis=0),
    ),
)


OTHER_CENTRE = Mistake(
    "something else than the mean subtracted",
    "Each unit is divided by its deviation as it should, but what is subtracted is not its mean "
    "over the batch.",
)
OTHER_DIVISOR = Mistake(
    "something else than the deviation divides",
    "Each unit's mean is subtracted as it should, but what divides is not its deviation: the root "
    "of the mean of (x - mean)², over the batch.",
)
OTHER_BOTH = Mistake(
    "other statistics",
    "Each unit is shifted and scaled, but neither by its mean nor by its deviation over the batch.",
)


def describe_statistics(z: np.ndarray, n: np.ndarray, kept: np.ndarray) -> Mistake | None:
    """Which statistic of each unit is another one, where `n` (N, H) is z, shifted and scaled; as
    far as no nonlinearity has bent it, `kept`."""
    lines = lines_of(z, n, kept)
    if lines is None:
        return None
    slopes, offsets = lines
    centred = bool(np.abs(slopes * z.mean(axis=0) + offsets).max() < 2e-3)
    if np.abs(slopes * z.std(axis=0) - 1).max() < 3e-2:
        return None if centred else OTHER_CENTRE
    return OTHER_DIVISOR if centred else OTHER_BOTH


RUNNING_IN_TRAIN = Mistake(
    "running statistics in train mode",
    "Train mode normalises by the running statistics: it takes the batch's own, and the running "
    "ones are for eval mode.",
)


def by_running_statistics(z: np.ndarray) -> np.ndarray:
    """By what the first batch makes of initial statistics with PyTorch's momentum of 0.1."""
    mean, variance = 0.1 * z.mean(axis=0), 0.9 + 0.1 * z.var(axis=0, ddof=1)
    return (z - mean) / np.sqrt(variance)


def by_large_eps(eps: float) -> Normalise:
    return lambda z: (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)


def has_rows_normalised(n: np.ndarray) -> bool:
    """Whether each row of (N, H), scale and shift undone, has mean 0 and variance 1."""
    centred = np.abs(n.mean(axis=1)).max() < 2e-3
    return bool(centred and np.abs(n.std(axis=1) - 1).max() < 2e-2)


SIGN_OF_SCALE_LOST = Mistake(
    "scale without its sign",
    "A negative scale counts as a positive one: gamma multiplies as it is, of either sign, and its "
    "product is not normalised once more.",
)
SOME_BATCHES = Mistake(
    "some batches only",
    "A batch of 24 rows is normalised by its own mean and variance, and one of {rows} is not: each "
    "batch is, however many rows it has and wherever it comes.",
)
LARGE_EPS = Mistake(
    "eps too large",
    "These are activations with an eps of about {eps:.1g}: it only keeps from dividing by 0, and "
    "is to be small against any variance.",
)
SOME_EPS = (2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.9, 0.99, 1.0)


# ---------------------------------------------------------------- training

SCALE_STARTS_AT_ZERO = Mistake(
    "scale starts at 0",
    "The scale is 0 at first, so that no image tells anything: it starts at 1, and the shift at 0. "
    "Are the two exchanged?",
)
DETACHED = Mistake(
    "statistics without gradient",
    "Mean or variance is cut off from the gradient (no_grad, detach, .data, NumPy): the backward "
    "pass goes through the batch's statistics as well.",
)

# ---------------------------------------------------------------- eval mode

BATCH_IN_EVAL = Mistake(
    "batch statistics in eval mode",
    "Eval mode normalises by the batch that it is given, as train mode does: where self.training "
    "is False the running statistics take the batch's place.",
)
MOVE_IN_EVAL = Mistake(
    "running statistics move in eval mode",
    "Passes in eval mode update the running statistics: what is measured there must not change "
    "the network.",
)
MODES_SWAPPED = Mistake(
    "modes swapped",
    "Train mode normalises by statistics that batches do not move, eval mode by the batch's: turn "
    "the condition on self.training round.",
)
WITHOUT_EFFECT = Mistake(
    "running statistics without effect",
    "Batches in train mode do not change what eval mode gives: each one moves the running "
    "statistics, and eval mode uses them.",
)
