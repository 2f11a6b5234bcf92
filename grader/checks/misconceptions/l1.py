"""Known mistakes in `l1`: what else a loss may add up, and what its gradient may miss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grader.checks.misconceptions import Mistake, filled, only

# ---------------------------------------------------------------- the cross-entropy

SUMMED = Mistake(
    "summed over the batch",
    "The cross-entropy is summed over the batch: its mean is asked for, as cross_entropy gives by "
    "default.",
)
SOFTMAX_BEFORE = Mistake(
    "softmax before the cross-entropy",
    "The cross-entropy is taken of probabilities: it expects logits, and takes the softmax itself.",
)
NOT_LOGARITHMIC = Mistake(
    "no log-softmax",
    "The cross-entropy is minus the target's logit or probability here: nll_loss expects "
    "log-probabilities, and cross_entropy takes logits.",
)
SQUARED_ERROR = Mistake(
    "squared error",
    "This is a squared error: for classes the loss is the cross-entropy.",
)
SEVERAL_TIMES = Mistake(
    "cross-entropy several times",
    "The cross-entropy counts {count} times, as where it is added in the loop over the parameters: "
    "it is added once.",
)
SMOOTHED = Mistake(
    "labels smoothed",
    "The labels are smoothed by {share:g}: the plain cross-entropy is asked for.",
)
NO_CROSS_ENTROPY = Mistake(
    "no cross-entropy",
    "Only the penalty is returned: it is added to the cross-entropy.",
)

OVERFLOWS = Mistake(
    "cross-entropy overflows",
    "For large logits exp overflows, or a probability is 0 and has no logarithm: cross_entropy and "
    "log_softmax take the logits themselves.",
)

# ---------------------------------------------------------------- the penalty

NO_PENALTY = Mistake(
    "no penalty",
    "Nothing is penalised: the cross-entropy is all that is returned, as where parameters are "
    "chosen by names or layers that this network has not.",
)
L2 = Mistake(
    "squares in place of absolute values",
    "The penalty adds up squares, as L2's does: L1's adds up absolute values.",
)
TWO_NORM = Mistake(
    "Euclidean norm",
    "The penalty is a Euclidean norm, a root of squares: L1's adds up absolute values.",
)
LARGEST = Mistake(
    "largest entry",
    "The penalty adds up each parameter's largest absolute value: L1's adds up all of them.",
)
MATRIX_NORM = Mistake(
    "matrix norm",
    "The penalty is a matrix norm, the largest of the columns' sums: L1's runs over all entries.",
)
MEAN = Mistake(
    "mean in place of the sum",
    "The absolute values are averaged: the penalty is their sum, and so grows with the network.",
)
NO_ABSOLUTE_VALUE = Mistake(
    "no absolute values",
    "The parameters are added up with their signs: the absolute value is taken of each entry, "
    "before they are summed.",
)
OF_ANOTHER_SIZE = Mistake(
    "penalty of another size",
    "The penalty is {factor} strength·Σ|p|: nothing else scales it.",
)
BY_BATCH = Mistake(
    "penalty divided by the batch",
    "The penalty is divided by the number of rows: it is the parameters' alone, whatever the "
    "batch.",
)
SUBTRACTED = Mistake(
    "penalty subtracted",
    "The penalty is subtracted, which makes weights grow: it is added to the cross-entropy.",
)
TIMES_CROSS_ENTROPY = Mistake(
    "penalty multiplied",
    "The penalty multiplies the cross-entropy: it is added to it.",
)
FIRST_ROWS = Mistake(
    "first rows only",
    "Of each parameter only the first row counts, as p[0] gives: the sum runs over all entries.",
)
STRENGTH_IGNORED = Mistake(
    "strength ignored",
    "The sum of absolute values is multiplied by {own:g} here, whatever is passed: it is strength "
    "that multiplies it.",
)
SOME_PARAMETERS = Mistake(
    "some parameters only",
    "Only some of the parameters are penalised ({which}): the sum runs over all of them, or all "
    "but the biases.",
)
ON_LOGITS = Mistake(
    "penalty on the logits",
    "The penalty is that of the logits: it is the parameters that are to be small.",
)
CONSTANT_PENALTY = Mistake(
    "penalty without gradient",
    "The penalty counts in the loss and has no gradient: .item(), .data, detach() or no_grad makes "
    "it a constant.",
)
BACKWARD = Mistake(
    "backward called",
    "The module calls backward() itself: the training loop does that, with what is returned.",
)
SQUARED_SUM = Mistake(
    "sum squared",
    "The sum of absolute values is squared: it is added as it is, times strength.",
)
HUBER = Mistake(
    "smooth absolute values",
    "Near 0 the penalty is a square, as smooth_l1_loss and huber_loss have it: L1's has its corner "
    "there, |p|.",
)
LOGITS_CUT_OFF = Mistake(
    "cross-entropy without gradient",
    "Only the penalty leads gradients back to the parameters: the logits are cut off, by detach(), "
    ".data or no_grad.",
)


def cross_entropies(
    logits: np.ndarray, targets: np.ndarray, right: float
) -> Iterator[tuple[Mistake, float]]:
    """What else stands for the mean cross-entropy of logits (N, O)."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    softmax = exp / exp.sum(axis=1, keepdims=True)
    rows = np.arange(len(targets))
    again = softmax - np.log(np.exp(softmax).sum(axis=1, keepdims=True))
    yield SUMMED, right * len(targets)
    yield SOFTMAX_BEFORE, -float(again[rows, targets].mean())
    yield NOT_LOGARITHMIC, -float(logits[rows, targets].mean())
    yield NOT_LOGARITHMIC, -float(softmax[rows, targets].mean())
    one_hot = np.eye(logits.shape[1])[targets]
    for outputs in (logits, softmax):
        yield SQUARED_ERROR, float(((outputs - one_hot) ** 2).mean())
    for count in {2, 3, 4, 6, 8, 10} - {len(targets)}:
        yield filled(SEVERAL_TIMES, count=count), right * count
    to_all = float(
        np.log(exp.sum(axis=1)).mean() - (logits - logits.max(axis=1, keepdims=True)).mean()
    )
    for share in (0.1, 0.05, 0.2):
        yield filled(SMOOTHED, share=share), (1 - share) * right + share * to_all
    yield NO_CROSS_ENTROPY, 0.0


def smooth(p: np.ndarray) -> np.ndarray:
    """Huber 1964, with PyTorch's delta of 1."""
    size = np.abs(p)
    return np.where(size < 1, p**2 / 2, size - 0.5)


def penalties(
    layers: Sequence[np.ndarray], logits: np.ndarray, strength: float, cross_entropy: float
) -> Iterator[tuple[Mistake, float]]:
    """What else may be added: of weights and biases in turn, or of the weights alone."""
    every = [p.astype(float) for p in layers]
    rows = len(logits)
    for some in (every, every[::2]):
        sums = [float(np.abs(p).sum()) for p in some]
        right = sum(sums)
        size = sum(p.size for p in some)
        squares = sum(float((p**2).sum()) for p in some)
        yield L2, strength * squares
        yield L2, strength * squares / 2
        yield TWO_NORM, strength * sum(float(np.linalg.norm(p)) for p in some)
        yield TWO_NORM, strength * float(np.sqrt(squares))
        yield MATRIX_NORM, strength * sum(float(np.linalg.norm(p, 1)) for p in some)
        yield LARGEST, strength * sum(float(np.abs(p).max()) for p in some)
        yield MEAN, strength * right / size
        yield MEAN, strength * sum(float(np.abs(p).mean()) for p in some)
        yield NO_ABSOLUTE_VALUE, strength * sum(float(p.sum()) for p in some)
        yield NO_ABSOLUTE_VALUE, strength * sum(abs(float(p.sum())) for p in some)
        yield NO_ABSOLUTE_VALUE, strength * abs(sum(float(p.sum()) for p in some))
        yield BY_BATCH, strength * right / rows
        yield SUBTRACTED, -strength * right
        if strength:
            yield TIMES_CROSS_ENTROPY, (strength * right - 1) * cross_entropy
        yield SQUARED_SUM, strength * right**2
        yield SQUARED_SUM, strength * sum(total**2 for total in sums)
        yield HUBER, strength * sum(float(smooth(p).sum()) for p in some)
        yield HUBER, strength * sum(float(smooth(p).mean()) for p in some)
        yield FIRST_ROWS, strength * sum(float(np.abs(p[0]).sum()) for p in some)
        for own in (1.0, 0.01, 1e-3, 1e-4):
            if own != strength:
                yield filled(STRENGTH_IGNORED, own=own), own * right
        for factor, said in ((0.5, "half of"), (2.0, "twice")):
            yield filled(OF_ANOTHER_SIZE, factor=said), factor * strength * right
        yield filled(OF_ANOTHER_SIZE, factor="strength times"), strength**2 * right
        if len(layers) > 2:
            yield filled(SOME_PARAMETERS, which="the first one"), strength * sums[0]
            yield filled(SOME_PARAMETERS, which="the last one"), strength * sums[-1]
            if len(some) > 2:
                yield filled(SOME_PARAMETERS, which="all but the first"), strength * sum(sums[1:])
                yield filled(SOME_PARAMETERS, which="all but the last"), strength * sum(sums[:-1])
    yield NO_PENALTY, 0.0
    biases = [float(np.abs(p).sum()) for p in every[1::2]]
    yield filled(SOME_PARAMETERS, which="the biases"), strength * sum(biases)
    yield filled(SOME_PARAMETERS, which="the last bias"), strength * biases[-1]
    if len(layers) > 2:
        for which, layer in (("the first layer", every[:2]), ("the last layer", every[-2:])):
            total = sum(float(np.abs(p).sum()) for p in layer)
            yield filled(SOME_PARAMETERS, which=which), strength * total
    for outputs in (np.abs(logits).sum(), np.abs(logits).mean()):
        yield ON_LOGITS, strength * float(outputs)


def recognise_loss(
    seen: float,
    layers: Sequence[np.ndarray],
    logits: np.ndarray,
    targets: np.ndarray,
    strength: float,
    right: tuple[float, Sequence[float]],
) -> Mistake | None:
    """The one mistake in one of the two parts that gives this loss.

    Args:
        right: the cross-entropy, and what else a right penalty may be.
    """
    cross_entropy, wanted = right

    def gives(loss: float) -> bool:
        return abs(seen - loss) <= 2e-5 * abs(loss) + 1e-6

    wrong_penalties = list(penalties(layers, logits, strength, cross_entropy))
    return only(
        [
            *(m for m, ce in cross_entropies(logits, targets, cross_entropy) for penalty in wanted
              if gives(ce + penalty)),
            *(m for m, penalty in wrong_penalties if gives(cross_entropy + penalty)),
        ]
    )  # fmt: skip
