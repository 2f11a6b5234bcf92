"""Checks for `kaiming_init`: two layers whose weights have He's variance and whose biases are zero.

The variance is 2 / fan_in, or 2 / fan_out for both weights (He et al. 2015, arXiv:1502.01852,
equations 10 and 14). Statistics are taken over some 10^5 weights, and their tolerances are such
that a right initialisation fails less than once in 10^6 runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, partial

import numpy as np
import pytest

from grader.checks.kit.curves import points_around
from grader.checks.kit.layers import (
    Layers,
    expect_gradients,
    two_layers,
)
from grader.checks.kit.nonlinearity import (
    expect_two_layers_forward,
    read_between_two_layers,
)
from grader.checks.kit.probes import (
    Z_LIMIT,
    draw_seed,
    draw_sizes,
    expect,
)
from grader.checks.kit.shared import (
    expect_accuracy,
    test_builds,  # noqa: F401  a check that all networks share
    test_reproducible,  # noqa: F401
)
from grader.checks.kit.training_run import (
    expect_two_layers_train,
    first_sums,
    refuting,
)
from grader.checks.misconceptions import Mistake, filled
from grader.checks.misconceptions.kaiming_init import (
    ALL_ALIKE,
    NOT_CENTRED,
    ORTHOGONAL,
    REPEATED,
    recognise_bias,
    recognise_clamp,
    recognise_entries,
    recognise_rows,
    recognise_variances,
)
from grader.grading.plugin import Passed, Train
from grader.sandbox.client import Network, Student

SAMPLE = 40_000  # entries whose distribution is looked at
AGAIN = 0.1  # of the entries, that others have as well
ROWS = 200  # rows and columns whose independence is looked at
# Deviations of a sum of products of two normals, for each of some 5000 columns: its tails are
# longer than a normal's, and it is that large in one of them once in 10^9 times.
ORDERED = 8.0
EXACT = 5e-4  # deviations


def build(student: Student, rng: np.random.Generator) -> tuple[Network, Layers]:
    net = student.build(*draw_sizes(rng), seed=draw_seed(rng))
    return net, Layers(net.parameters, two_layers(net.sizes))


@pytest.fixture(scope="module")
def large(student: Student, course_rng: np.random.Generator) -> Layers:
    """A large network right after it was built.

    Its hidden layer is the smallest, so that no gain makes 2 / fan_in look like 2 / fan_out.
    """
    sizes = (
        int(course_rng.integers(700, 800)),
        int(course_rng.integers(350, 450)),
        int(course_rng.integers(500, 600)),
    )
    net = student.build(*sizes, seed=draw_seed(course_rng))
    return Layers(net.parameters, two_layers(net.sizes))


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("Two layers, each with a weight and a bias, all of them in parameters().")
def test_layers(student: Student, rng: np.random.Generator) -> None:
    """There are two layers with weights and biases, and nothing else"""
    expect_gradients(*build(student, rng), rng)


@pytest.mark.points(2)
@pytest.mark.hint(
    "The standard deviation is sqrt(2 / fan_in), with fan_in the number of inputs of that layer; "
    "a uniform distribution of that deviation reaches to sqrt(6 / fan_in)."
)
def test_weight_variance(large: Layers) -> None:
    """Each weight's variance is 2 / fan_in (or 2 / fan_out for both)"""
    expect_variances(large)


def expect_variances(large: Layers) -> None:
    roles = ("W1", "W2")
    wrong_in, wrong_out = (
        [role for role in roles if has_other_variance(large.value(role), axis)] for axis in (1, 0)
    )
    if wrong_in and wrong_out:
        role = wrong_in[0]
        weight = large.value(role)
        fan_in, variance = weight.shape[1], mean_square(weight)
        expect(
            False,
            f"`{large.name(role)}` with the variance 2/fan_in = {2 / fan_in:.3g} "
            f"(fan_in is {fan_in})",
            f"{variance:.3g}, which is {variance * fan_in:.3g}/fan_in",
            "Both weights need it, each with its own fan.",
            known=partial(recognise_weights, large),
        )


def recognise_weights(large: Layers) -> Mistake | None:
    """The known mistake that gives both weights their variances."""
    weights = {role: large.value(role) for role in ("W1", "W2")}
    for weight in weights.values():
        if np.ptp(weight) == 0:
            return filled(ALL_ALIKE, value=weight.flat[0])
    first = strided_sample(weights["W1"]).astype(np.float64)
    if abs(first.mean()) > 0.5 * first.std():
        return NOT_CENTRED
    for weight in weights.values():
        shorter = weight if len(weight) <= weight.shape[1] else weight.T
        if (rows := recognise_rows(shorter)) in (ORTHOGONAL, REPEATED):
            return rows
        if (clamped := recognise_clamp(weight)) is not None:
            return clamped
    return recognise_variances(
        {role: mean_square(weight) for role, weight in weights.items()},
        {role: (weight.shape[1], weight.shape[0]) for role, weight in weights.items()},
        uniform=float((first**4).mean() / (first**2).mean() ** 2) < 2.1,
    )


def named_mean(weight: np.ndarray) -> Mistake:
    """Why a weight's mean is not 0: rows that are one have as many entries as one of them."""
    shorter = weight if len(weight) <= weight.shape[1] else weight.T
    return REPEATED if recognise_rows(shorter) is REPEATED else NOT_CENTRED


def mean_square(weight: np.ndarray) -> float:
    entries = weight.ravel(order="K")
    return float(entries @ entries) / entries.size


def has_other_variance(weight: np.ndarray, axis: int) -> bool:
    """Whether a (fan_out, fan_in) weight's variance is significantly other than 2 / fan."""
    variance = mean_square(weight)
    # The variance of w^2 is (kurtosis - 1)·sigma^4: 2 for a normal, 0.8 for a uniform one.
    squares = np.square(strided_sample(weight), dtype=np.float64)
    fourth = float(squares @ squares) / squares.size
    kurtosis = min(max(fourth / max(variance**2, 1e-300), 1.8), 3.0)
    noise = math.sqrt((kurtosis - 1) / weight.size)
    return abs(variance * weight.shape[axis] / 2 - 1) > Z_LIMIT * noise + 2e-4


def strided_sample(weight: np.ndarray) -> np.ndarray:
    """SAMPLE entries from all over the matrix."""
    entries = weight.ravel(order="K")
    return entries[:: max(entries.size // SAMPLE, 1)][:SAMPLE]


@pytest.mark.points(1)
@pytest.mark.hint("nn.init has the right distributions; every entry is drawn on its own.")
def test_weight_distribution(large: Layers, rng: np.random.Generator) -> None:
    """Entries are drawn independently, with zero mean, from a normal or a uniform distribution"""
    expect_distributions(large, rng)


def expect_distributions(large: Layers, rng: np.random.Generator) -> None:
    for role in ("W1", "W2"):
        name, weight = large.name(role), large.value(role)
        deviation = float(weight.std())
        alike = partial(filled, ALL_ALIKE, value=weight.flat[0])
        expect(deviation > 0, f"`{name}` to be random", "a constant", known=alike)
        weight = weight / np.float32(deviation)
        mean = float(weight.mean(dtype=np.float64))
        expect(
            abs(mean) < Z_LIMIT / math.sqrt(weight.size),
            f"`{name}` with zero mean",
            f"a mean of {mean:.3g} standard deviations",
            known=partial(named_mean, weight),
        )
        sample = np.sort(strided_sample(weight))
        # Of a normal it is 3, of a cut one less; its estimate has tails of its own.
        squares = np.square(sample, dtype=np.float64)
        kurtosis = float(squares @ squares) / len(sample)
        expect(
            kurtosis < 3 + 1.5 * Z_LIMIT * math.sqrt(24 / len(sample)),
            f"`{name}` from a normal (also truncated) or a uniform distribution",
            f"entries with longer tails (a kurtosis of {kurtosis:.2f}, not of 3 or less)",
            known=partial(recognise_entries, weight),
        )
        empirical = np.searchsorted(sample, GRID, side="right") / len(sample)
        distance = float(np.abs(empirical - truncated_normals()).max(axis=1).min())
        expect(
            distance < farthest_by_chance(len(sample)),
            f"`{name}` from a normal (also truncated) or a uniform distribution",
            f"entries of another one (its distribution function is {distance:.3f} away)",
            known=partial(recognise_entries, weight),
        )
        for what, matrix in (("rows", weight), ("columns", weight.T)):
            if matrix.shape[1] >= ROWS:  # shorter ones say nothing
                expect_independent(name, what, matrix, rng)
        sizes = np.sort(np.abs(weight), axis=None)
        expect_sizes(name, weight, sizes)
        expect_own_numbers(name, sizes)


def farthest_by_chance(count: int) -> float:
    """How far the distribution of `count` entries lies from the nearest of CUTS, at most.

    Dvoretzky, Kiefer and Wolfowitz, with Massart's constant: P(distance > d) is at most
    2·exp(-2·n·d^2). What is added covers the steps between the cuts.
    """
    return math.sqrt(math.log(2e8) / (2 * count)) + 0.002


def expect_sizes(name: str, weight: np.ndarray, sizes: np.ndarray) -> None:
    """Fail if the absolute values of all entries, sorted, have another distribution than is asked
    for, or lie nearer to it than chance brings them."""
    below = np.searchsorted(sizes, GRID[MIDDLE:], side="right") / sizes.size
    distance = float(np.abs(below - (2 * truncated_normals()[:, MIDDLE:] - 1)).max(axis=1).min())
    expect(
        distance < farthest_by_chance(sizes.size),
        f"`{name}` from a normal (also truncated) or a uniform distribution",
        f"entries of another one (the distribution of their sizes is {distance:.3f} away)",
        known=partial(recognise_entries, weight),
    )
    # By chance it is about 0.6/√n, and never so near: Kolmogorov's distribution.
    expect(
        distance > 0.1 / math.sqrt(sizes.size),
        f"every entry of `{name}` to be drawn by itself",
        "entries that are spread more evenly than chance spreads them",
        "One draw of all entries, of the whole shape, is enough.",
    )


def expect_own_numbers(name: str, sizes: np.ndarray) -> None:
    """Fail if many entries of a weight are others of it, in any order and with any sign; `sizes`
    are their absolute values, sorted.

    torch's generators give one of 2^24 numbers or more: of entries as many as in training one in 40
    comes again by chance.
    """
    again = float((np.diff(sizes) == 0).mean())
    expect(
        again < AGAIN,
        f"every entry of `{name}` to be drawn by itself",
        f"{again:.0%} of them are others once more, but for the sign",
        "One draw of all entries, of the whole shape, leaves nothing to be copied.",
    )


def expect_independent(name: str, what: str, matrix: np.ndarray, rng: np.random.Generator) -> None:
    """Fail if rows of a (M, N) matrix with unit variance depend on each other.

    The squared length of a row varies by N·(kurtosis - 1), and the squared scalar product of two
    rows is N on average, as is the square of a row's sum. Orthogonal rows have none of these,
    repeated ones have more. Of few rows only single pairs tell.
    """
    m, n = matrix.shape
    sums = matrix.sum(axis=1)
    means = float(sums @ sums) / (m * n)
    squares = np.square(matrix)
    spread = float(squares.sum(axis=1).var()) / (n * float(squares.var()))
    sample = matrix[rng.choice(m, min(m, ROWS), replace=False)]
    products = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    coupling = float((products**2).mean()) / n
    by_column = np.einsum("ij,ij->j", matrix[1:], matrix[:-1])
    neighbours = float(by_column.sum(dtype=np.float64)) / math.sqrt((m - 1) * n)
    expect(
        (
            m < ROWS
            or (
                max(abs(spread - 1), abs(means - 1)) < 6.5 * math.sqrt(2 / m)
                and abs(coupling - 1) < 0.09
            )
        )
        and np.abs(products).max() < 7.5 * math.sqrt(n)
        and abs(neighbours) < Z_LIMIT,
        f"the {what} of `{name}` to be independent of each other",
        f"scalar products of two with {coupling:.2f} times the variance of independent ones, of "
        f"neighbours {neighbours:.1f} deviations off, lengths with {spread:.2f} times theirs, "
        f"sums with {means:.2f} times",
        "Orthogonal or repeated rows are not independent.",
        known=partial(recognise_rows, matrix),
    )
    if m < ROWS:
        return
    # Rows in the order of one entry, of their lengths or of their sums are like their neighbours.
    along = [float(np.abs(by_column).max()) / math.sqrt(m - 1)]
    for statistic in (squares.sum(axis=1, dtype=np.float64), sums.astype(np.float64)):
        centred = (statistic - statistic.mean()) / max(float(statistic.std()), 1e-30)
        along.append(abs(float(centred[1:] @ centred[:-1])) / math.sqrt(m - 1))
    expect(
        max(along) < ORDERED,
        f"the {what} of `{name}` to stand in no order",
        f"an order, by which neighbours are alike ({max(along):.0f} deviations from chance)",
        "Every entry is drawn by itself, and stays where it was drawn.",
    )


def expect_other_draws(layers: Layers, again: Layers) -> None:
    """Fail if the weights of two networks, built with different seeds, depend on each other."""
    for role in ("W1", "W2"):
        a, b = layers.value(role).ravel(), again.value(role).ravel()
        sizes = [np.abs(weight) - np.abs(weight).mean() for weight in (a, b)]  # signs aside
        for one, other in ((a, b), sizes):
            correlation = float(one @ other / np.sqrt((one @ one) * (other @ other)))
            expect(
                abs(correlation) < Z_LIMIT / math.sqrt(a.size),
                f"`{layers.name(role)}` to be drawn anew after another torch.manual_seed",
                f"values that are like those before (a correlation of {correlation:.2f})",
                "Every entry is drawn from torch's global generator, whole.",
            )


def expect_inexact(builds: Sequence[Layers]) -> None:
    """Fail if in each of three independent networks a weight's variance, or its mean, is nearer to
    what is asked for than chance brings it: to EXACT deviations, by either fan and divisor, once in
    10^8 times."""
    for role in ("W1", "W2"):
        name, weights = builds[0].name(role), [layers.value(role) for layers in builds]
        expect(
            max(map(distance_of_variance, weights)) > EXACT
            and max(map(distance_of_mean, weights)) > EXACT,
            f"every entry of `{name}` to be drawn by itself",
            "a mean or a variance that is exact, as no draw's is",
            "What was drawn is not brought to its mean and variance afterwards.",
        )


def distance_of_variance(weight: np.ndarray) -> float:
    """From 2 / fan, in deviations of a uniform distribution's; of either fan and divisor."""
    square = float(np.square(weight, dtype=np.float64).sum())
    ratios = [
        square * fan / 2 / divisor
        for fan in weight.shape
        for divisor in (weight.size, weight.size - 1)
    ]
    return min(abs(ratio - 1) for ratio in ratios) / math.sqrt(0.8 / weight.size)


def distance_of_mean(weight: np.ndarray) -> float:
    """From 0, in deviations."""
    total = float(weight.sum(dtype=np.float64))
    return abs(total) / math.sqrt(float(np.square(weight, dtype=np.float64).sum()))


# Where a truncated normal is cut, in its standard deviations; near 0 it is uniform.
CUTS = (0.01, *np.arange(0.25, 4.01, 0.03125), 8.0)
GRID = np.linspace(-4, 4, 401)
MIDDLE = 200  # of the grid: 0


@cache
def truncated_normals() -> np.ndarray:
    """Distribution functions on GRID, a row each, of normals cut at CUTS and scaled to unit
    variance."""
    fine = np.linspace(-8, 8, 4001)
    below = np.array([math.erf(x / math.sqrt(2)) for x in fine])  # twice, less 1
    rows = []
    for cut in CUTS:
        inside = math.erf(cut / math.sqrt(2))
        density = math.exp(-(cut**2) / 2) / math.sqrt(2 * math.pi)
        deviation = math.sqrt(1 - 2 * cut * density / inside)
        points = np.clip(GRID * deviation, -cut, cut)
        rows.append((np.interp(points, fine, below) / inside + 1) / 2)
    return np.array(rows)


@pytest.mark.points(1)
@pytest.mark.hint("Zeros, after the layer was made: nn.Linear fills its bias with random numbers.")
def test_biases_are_zero(large: Layers) -> None:
    """Both biases start at zero"""
    expect_zero_biases(large)


def expect_zero_biases(large: Layers) -> None:
    for role, weight in (("b1", "W1"), ("b2", "W2")):
        bias = large.value(role)
        expect(
            not bias.any(),
            f"`{large.name(role)}` to be zero",
            f"values up to {np.abs(bias).max():.3g}",
            known=partial(recognise_bias, bias, large.shapes[weight][1]),
        )


@pytest.mark.points(1)
@pytest.mark.hint("Only the initial weights change: the forward pass stays the baseline's.")
def test_forward(student: Student, rng: np.random.Generator) -> None:
    """The logits are W2·a(W1·x + b1) + b2 with a nonlinearity a"""
    net, layers = build(student, rng)
    for train in (False, True):
        expect_two_layers_forward(net, layers, rng, train=train)


@pytest.mark.points(2)
@pytest.mark.hint("With the right variance the signal neither dies out nor explodes.")
def test_training(
    student: Student, large: Layers, rng: np.random.Generator, train: Train, passed: Passed
) -> None:
    """It learns to read digits"""
    run = train(units=True)
    layers = Layers(run.parameters, two_layers(run.sizes))
    if passed("test_weight_variance"):
        with refuting("test_weight_variance"):
            expect_variances(layers)
    if passed("test_weight_distribution"):
        with refuting("test_weight_distribution"):
            expect_distributions(layers, rng)
            again = student.build(*run.sizes, seed=draw_seed(rng))
            other = Layers(again.parameters, two_layers(run.sizes))
            expect_other_draws(layers, other)
            expect_inexact([layers, other, large])
    if passed("test_biases_are_zero"):
        with refuting("test_biases_are_zero"):
            expect_zero_biases(layers)
    if passed("test_forward"):
        points = points_around(first_sums(run, layers))
        curve = read_between_two_layers(*build(student, rng), points)
        with refuting("test_forward"):
            expect_two_layers_train(run, layers, curve, "W2·a(W1·x + b1) + b2")
    expect_accuracy(run, passed)
