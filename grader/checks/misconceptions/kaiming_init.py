"""Known mistakes in `kaiming_init`: other variances, dependent entries, other biases."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from grader.checks.misconceptions import Mistake, filled, only

# From fan_in and fan_out to a variance.
Variance = Callable[[int, int], float]


class Initialiser(NamedTuple):
    name: str
    says: str
    variance: Variance
    uniform: bool | None = None  # None: of either distribution


# The variance of a standard normal cut at two deviations (torch's trunc_normal_ by default).
CUT_AT_TWO = 0.7737413
CUT_AT_ONE = 0.2911251

INITIALISERS = (
    Initialiser(
        "PyTorch's default",
        "This is PyTorch's default Linear initialisation, with a=√5: its variance is 1/(3·fan_in), "
        "a sixth of He's. Is an initialiser called, and on this layer?",
        lambda n, m: 1 / (3 * n),
    ),
    Initialiser(
        "Xavier",
        "The variance is Xavier's, 2/(fan_in + fan_out): He's leaves fan_out out, and doubles what "
        "ReLU halves.",
        lambda n, m: 2 / (n + m),
    ),
    Initialiser(
        "Xavier with ReLU's gain",
        "The variance is Xavier's with ReLU's gain, 4/(fan_in + fan_out): He's is 2/fan_in.",
        lambda n, m: 4 / (n + m),
    ),
    Initialiser(
        "LeCun",
        "The variance is LeCun's, 1/fan_in: ReLU removes half of the signal, and the 2 in He's "
        "makes up for it.",
        lambda n, m: 1 / n,
        uniform=False,
    ),
    Initialiser(
        "bound for half the variance",
        "The weights are uniform within ±√(3/fan_in): the variance is a third of the bound's "
        "square, and so 1/fan_in, half of He's.",
        lambda n, m: 1 / n,
        uniform=True,
    ),
    Initialiser(
        "deviation taken for the bound",
        "The weights are uniform within ±√(2/fan_in): that is He's deviation, and a uniform "
        "distribution reaches √3 times as far.",
        lambda n, m: 2 / (3 * n),
        uniform=True,
    ),
    *(
        Initialiser(
            "uniform draws too narrow",
            f"The weights are torch.rand - 0.5, from -1/2 to 1/2, times {times}: such numbers have "
            "a variance of 1/12. Draw them from -√(6/fan_in) to √(6/fan_in).",
            variance,
            uniform=True,
        )
        for times, variance in (
            ("√(2/fan_in)", lambda n, m: 2 / (12 * n)),
            ("√(6/fan_in)", lambda n, m: 6 / (12 * n)),
        )
    ),
    Initialiser(
        "variance taken for the deviation",
        "The deviation is 2/fan_in: that is He's variance, and the deviation is its root.",
        lambda n, m: (2 / n) ** 2,
    ),
    Initialiser(
        "2 outside the root",
        "The deviation is 2/√fan_in: the 2 stands under the root as well, √(2/fan_in).",
        lambda n, m: 4 / n,
    ),
    Initialiser(
        "root of the 2 alone",
        "The deviation is √2/fan_in: the root is of the whole quotient, √(2/fan_in).",
        lambda n, m: 2 / n**2,
    ),
    Initialiser(
        "deviation taken for the variance",
        "The variance is √(2/fan_in): that is He's deviation, whose root was taken once more.",
        lambda n, m: math.sqrt(2 / n),
    ),
    Initialiser(
        "gain of tanh",
        "The gain is 5/3, that of tanh: ReLU's is √2.",
        lambda n, m: (5 / 3) ** 2 / n,
    ),
    Initialiser(
        "gain of SELU",
        "The gain is 3/4, PyTorch's for SELU: ReLU's is √2.",
        lambda n, m: (3 / 4) ** 2 / n,
    ),
    Initialiser(
        "cut without correction",
        "The normal distribution is cut at two deviations, which takes 23% of the variance away: "
        "widen it first.",
        lambda n, m: CUT_AT_TWO * 2 / n,
    ),
    Initialiser(
        "cut without correction",
        "The normal distribution is cut at one deviation, which takes 71% of the variance away: "
        "a and b of trunc_normal_ are bounds, so let them lie further out, and widen it first.",
        lambda n, m: CUT_AT_ONE * 2 / n,
        uniform=True,
    ),
    Initialiser(
        "unscaled",
        "The weights have the variance 1 of torch.randn: it is to shrink as the layer's inputs get "
        "more.",
        lambda n, m: 1.0,
    ),
)
FIXED = Mistake(
    "fixed deviation",
    "Both weights have a deviation of {deviation:.2g}, whatever their sizes are: it depends on "
    "each layer's fan_in.",
)
LEAKY = Mistake(
    "gain of a leaky ReLU",
    "The variance is {share:.3g} times He's, as with the gain of a leaky ReLU whose slope is "
    "{slope:.2g}: ReLU's slope is 0, and its gain √2.",
)
FAN_OF_THE_INPUT = Mistake(
    "fan_in of the input for both",
    "Both weights are scaled by the number of features: the output layer's fan_in is the number of "
    "hidden units.",
)
FANS_EXCHANGED = Mistake(
    "fan_in of the other layer",
    "Each weight is scaled by the other one's fan_in: that of the first layer is the number of "
    "features, that of the output layer the number of hidden units.",
)
MODES_MIXED = Mistake(
    "fan_in and fan_out mixed",
    "One weight is scaled by its fan_in and the other by its fan_out, as where both take the "
    "number of hidden units, or one is stored as (in, out), which swaps the two.",
)
ONE_LAYER = Mistake(
    "one layer only",
    "One of the weights has He's variance, and the other {other}: both need He's, the output layer "
    "as well.",
)
ONE_GAIN = Mistake(
    "gain on one layer only",
    "One of the weights has He's variance, the other 1/fan_in, the gain of no nonlinearity: both "
    "need the 2, the output layer as well, for its inputs come through the nonlinearity.",
)
# What nn.Linear makes, and the baseline.
MADE_WITH = {
    "PyTorch's default": "that of nn.Linear's default, 1/(3·fan_in)",
    "Xavier": "Xavier's, 2/(fan_in + fan_out)",
}

# Of 10^5 entries; the catalogue's variances lie further apart.
TOLERANCE = 0.012


def recognise_variances(
    variances: Mapping[str, float], fans: Mapping[str, tuple[int, int]], uniform: bool
) -> Mistake | None:
    """What gives the weights these variances.

    Args:
        variances: by role, each to about 1%.
        fans: (fan_in, fan_out), by role.
        uniform: whether the first weight's distribution looks uniform.
    """

    def fits(variance: Variance, *roles: str) -> bool:
        return all(
            abs(variances[role] / variance(*fans[role]) - 1) < TOLERANCE
            for role in roles or ("W1", "W2")
        )

    exact = [
        Mistake(entry.name, entry.says)
        for entry in INITIALISERS
        if entry.uniform in (None, uniform) and fits(entry.variance)
    ]
    if fits(lambda n, m: 2 / 784, "W1") and fits(lambda n, m: 2 / 512, "W2"):
        exact.append(LESSON_SIZES_WRITTEN)
    num_features, _ = fans["W1"]
    if fits(lambda n, m: 2 / num_features):
        exact.append(FAN_OF_THE_INPUT)
    num_hidden, _ = fans["W2"]
    if fits(lambda n, m: 2 / num_hidden, "W1") and fits(lambda n, m: 2 / num_features, "W2"):
        exact.append(FANS_EXCHANGED)
    made_with = [entry for entry in INITIALISERS if entry.name in MADE_WITH]
    for role, other in (("W1", "W2"), ("W2", "W1")):
        if fits(lambda n, m: 2 / n, role):
            if fits(lambda n, m: 2 / m, other):
                exact.append(MODES_MIXED)
            if made := [entry.name for entry in made_with if fits(entry.variance, other)]:
                exact.append(filled(ONE_LAYER, other=MADE_WITH[made[0]]))
            elif fits(lambda n, m: 1 / n, other):
                exact.append(ONE_GAIN)
            else:
                exact += [
                    Mistake(
                        entry.name, f"One weight has He's variance, the other not. {entry.says}"
                    )
                    for entry in INITIALISERS
                    if entry.uniform is None and fits(entry.variance, other)
                ]
    if exact:
        return only(exact)
    return _leaky(variances, fans) or _fixed(variances) or _powers(variances, fans)


def _leaky(variances: Mapping[str, float], fans: Mapping[str, tuple[int, int]]) -> Mistake | None:
    """2/(1 + a²)/fan_in for both weights, and the slope a that gives it."""
    shares = [variances[role] * fans[role][0] / 2 for role in ("W1", "W2")]
    share = sum(shares) / 2
    if not 0.7 < share < 0.99 or max(shares) - min(shares) > 0.015 * share:
        return None
    return filled(LEAKY, share=share, slope=math.sqrt(1 / share - 1))


def _fixed(variances: Mapping[str, float]) -> Mistake | None:
    first, second = (math.sqrt(variances[role]) for role in ("W1", "W2"))
    alike = second > 0 and abs(first / second - 1) < TOLERANCE
    return filled(FIXED, deviation=first) if alike else None


def _powers(variances: Mapping[str, float], fans: Mapping[str, tuple[int, int]]) -> Mistake | None:
    """How both variances depend on fan_in, where it is as some power of it."""
    (first, n), (second, m) = ((variances[role], fans[role][0]) for role in ("W1", "W2"))
    if min(first, second) <= 0:
        return None
    power = math.log(first / second) / math.log(n / m)
    nearest = min(OF_POWERS, key=lambda known: abs(known - power))
    share = first * n / 2
    if abs(nearest - power) > 0.05 or (nearest == -1 and abs(share - 1) < TOLERANCE):
        return None
    return filled(OF_POWERS[nearest], share=share)


OF_POWERS = {
    -1.0: Mistake(
        "another factor",
        "The variance falls with fan_in as it should, but is {share:.3g} times He's: look at the "
        "factor, and at what is done to the weights after the draw.",
    ),
    -2.0: Mistake(
        "square of fan_in",
        "The variance falls with the square of fan_in, as where a root is missing: the deviation "
        "is √(2/fan_in).",
    ),
    -0.5: Mistake(
        "root of fan_in",
        "The variance falls with the root of fan_in, as where a root is taken twice: the deviation "
        "is √(2/fan_in).",
    ),
    1.0: Mistake(
        "multiplied by fan_in",
        "The weights grow with fan_in, as where 2 is multiplied by it: the deviation is "
        "√(2/fan_in), smaller the more inputs there are.",
    ),
}

# ---------------------------------------------------------------- entries and rows

NOT_CENTRED = Mistake(
    "not centred on zero",
    "The weights are drawn around another value than 0: with torch.rand that is half of its range.",
)
ORTHOGONAL = Mistake(
    "orthogonal",
    "This is an orthogonal matrix, whose rows depend on each other: He draws every entry on its "
    "own.",
)
REPEATED = Mistake(
    "rows repeated",
    "Several units start with the same weights, perhaps with the sign turned: they compute the "
    "same, and each entry is to be drawn on its own.",
)
ALL_ALIKE = Mistake(
    "all entries alike",
    "All entries of a weight are {value:.3g}: units that start alike stay alike, so that each is "
    "drawn at random, in the output layer as well.",
)
LESSON_SIZES_WRITTEN = Mistake(
    "sizes hard-coded",
    "The variances are those of the lesson's sizes, 784 and 512, whatever sizes are passed: use "
    "num_features and num_hidden.",
)
LONG_TAILS = Mistake(
    "longer tails",
    "Large weights are more frequent than in a normal distribution, as with Laplace's or "
    "Student's: torch's normal_ or uniform_ draws the right ones.",
)
SPARSE = Mistake(
    "many weights zero",
    "Many of the weights are exactly 0, as in a sparse initialisation: each is drawn from one and "
    "the same distribution.",
)
TWO_VALUES = Mistake(
    "two values only",
    "The weights have two values only, of the right size: they are drawn from a normal or a "
    "uniform distribution.",
)
CLAMPED = Mistake(
    "clamped",
    "{share:.1%} of the weights have the largest size there is, as a clamp leaves them: draw anew "
    "what lies too far out, as trunc_normal_ does, or cut nothing off.",
)
STANDARDISED = Mistake(
    "rows standardised",
    "Every unit's weights have exactly the same length: they were rescaled after the draw, which "
    "ties them to each other.",
)


def recognise_entries(weight: np.ndarray) -> Mistake | None:
    """What is odd about the values themselves of a (M, N) weight."""
    if (weight == 0).mean() > 0.02:
        return SPARSE
    if len(np.unique(np.abs(weight))) == 1:
        return TWO_VALUES
    if (clamped := recognise_clamp(weight)) is not None:
        return clamped
    squares = np.square(weight, dtype=np.float64)
    return LONG_TAILS if (squares**2).mean() > 4 * squares.mean() ** 2 else None


def recognise_clamp(weight: np.ndarray) -> Mistake | None:
    """Whether many of the entries are the largest or the smallest one."""
    sizes = np.abs(weight)
    share = float((sizes == sizes.max()).mean())
    return filled(CLAMPED, share=share) if 2e-3 < share < 1 else None


def recognise_rows(matrix: np.ndarray) -> Mistake | None:
    """How the rows, or with the matrix turned the columns, of (M, N) depend on each other."""
    m, n = matrix.shape
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    products = np.abs(unit @ unit.T) - np.eye(m, dtype=unit.dtype)
    if products.max() > 0.999:
        return REPEATED
    if products.max() < 1e-3 / math.sqrt(n):
        return ORTHOGONAL
    lengths = np.linalg.norm(matrix, axis=1)
    return STANDARDISED if lengths.std() < 1e-4 * lengths.mean() else None


# ---------------------------------------------------------------- biases

DEFAULT_BIASES = Mistake(
    "PyTorch's default biases",
    "These are PyTorch's default biases, uniform within ±1/√fan_in: they are drawn when a layer is "
    "made.",
)
CONSTANT_BIASES = Mistake(
    "constant biases",
    "All entries start at {value:.3g}, a habit against dead ReLUs: He's variance assumes zeros.",
)
RANDOM_BIASES = Mistake(
    "random biases",
    "The biases are drawn at random like the weights: with He's initialisation they start at 0.",
)


def recognise_bias(bias: np.ndarray, fan_in: int) -> Mistake | None:
    """What a (N,) bias that is not zero was filled with."""
    bound = 1 / math.sqrt(fan_in)
    if bias.std() <= 1e-6 * np.abs(bias).max():
        return filled(CONSTANT_BIASES, value=bias[0])
    if len(np.unique(bias)) < bias.size / 2:
        return None
    # Of N entries the largest is within a bound's 20/N of it but for once in 10^8 times.
    if bound * (1 - 20 / bias.size) < np.abs(bias).max() <= bound * (1 + 1e-6):
        return DEFAULT_BIASES
    return RANDOM_BIASES
