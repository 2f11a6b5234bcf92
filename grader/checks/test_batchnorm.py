"""Checks for `batchnorm`: two layers, the hidden one normalised over the batch.

Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1: n = (z - mean) / sqrt(var + eps), then
gamma·n + beta, with mean and var of each unit over the batch. The nonlinearity a may come after it,
a(gamma·n + beta), or before it, with a(z) in place of z. It may be any elementwise one, so its
values are read off the network itself: with gamma = 0 the hidden layer gives a(beta).
"""

from __future__ import annotations

import math
from contextlib import suppress
from functools import partial

import numpy as np
import pytest

from grader.checks.kit.batch_statistics import (
    Normalisation,
    Place,
    expect_normalised_training,
    scaled,
)
from grader.checks.kit.batchnorm_probe import Probe, Weights, parameter_shapes
from grader.checks.kit.curves import POINTS, ReadCurve, points_around, read
from grader.checks.kit.layers import (
    Layers,
    expect_gradients,
)
from grader.checks.kit.nonlinearity import (
    LEVELS,
    expect_nonlinear,
    expect_smooth,
    identity_weights,
    is_by_recording,
    named_forward,
    with_large_logits,
)
from grader.checks.kit.probes import (
    close,
    draw_seed,
    embed,
    expect,
    normal,
    show,
    show_apart,
)
from grader.checks.kit.running_statistics import expect_kept_statistics
from grader.checks.kit.shared import (
    expect_accuracy,
    recognising_not_finite,
    test_builds,  # noqa: F401  a check that all networks share
    test_reproducible,  # noqa: F401
)
from grader.checks.kit.training_run import first_sums, refuting, sampled
from grader.checks.misconceptions import Mistake, filled, only
from grader.checks.misconceptions.batchnorm import (
    BATCH_IN_EVAL,
    DETACHED,
    LARGE_EPS,
    LAYER_NORM,
    MODES_SWAPPED,
    MOVE_IN_EVAL,
    NORMALISATIONS,
    RUNNING_IN_TRAIN,
    SCALE_STARTS_AT_ZERO,
    SIGN_OF_SCALE_LOST,
    SOME_BATCHES,
    SOME_EPS,
    WITHOUT_EFFECT,
    Normalise,
    by_large_eps,
    by_running_statistics,
    describe_statistics,
    has_rows_normalised,
)
from grader.checks.misconceptions.shared import common
from grader.checks.misconceptions.shared.running import (
    FIRST_BATCH,
    NOT_FINITE,
    NOT_SAVED,
    describe_running,
    running_candidates,
)
from grader.grading.plugin import Passed, Train
from grader.grading.training import TrainingRun
from grader.sandbox.client import Network, Student, StudentError

MAX_EPS = 1e-3
ROWS = 2001  # of which one is far away from the others; odd, as the batches that train are even
STRAIGHT = 0.05  # a hidden value above which most nonlinearities have bent nothing
NEAR = 0.01  # of a normalised activation: as far as the share to which statistics converge tells
BATCHES = 200  # after which running statistics must be 90% converged


def normalised(
    z: np.ndarray, mean: np.ndarray, variance: np.ndarray, weights: Weights, eps: float = 0.0
) -> np.ndarray:
    """gamma·(z - mean) / sqrt(variance + eps) + beta, for z (N, H)."""
    return weights["gamma"] * (z - mean) / np.sqrt(variance + eps) + weights["beta"]


def place_of_normalisation(probe: Probe) -> tuple[Place, int]:
    """Whether it comes before or after the nonlinearity, and the variance's divisor, N minus this.

    Fails if the hidden layer is not normalised over the batch.
    """
    # So many rows, spread so wide, that no unit is off or saturated for all of them, and eps is
    # small against the variance.
    weights = probe.draw(mean=1.5, deviation=3.0)
    inputs = probe.inputs(24)
    fixed = probe.hidden(weights, inputs, train=False)
    shown = probe.hidden(weights, inputs, train=True)
    z = inputs @ weights["W1"].T  # (N, F) @ (F, H) -> (N, H)
    for ddof in (0, 1):
        points = normalised(z, z.mean(axis=0), z.var(axis=0, ddof=ddof), weights)[:8]
        if close(shown[:8], probe.activation(points, train=True), rtol=2e-3):
            return "before", ddof
    for ddof in (0, 1):
        n = (shown - weights["beta"]) / weights["gamma"]
        centred = np.abs(n.mean(axis=0)).max() < 2e-3
        if centred and np.abs(n.std(axis=0, ddof=ddof) - 1).max() < 2e-2 and affine(fixed, shown):
            return "after", ddof
    n = (shown - weights["beta"]) / weights["gamma"]
    known = partial(named_normalisation, probe, weights, inputs, shown)
    alone = probe.hidden(weights, inputs[:2], train=True)
    expect(
        not close(alone, shown[:2], rtol=1e-3),
        "in train mode each unit normalised by its mean and variance over the batch",
        "a row's hidden activations do not depend on the other rows of its batch",
        "Layer normalisation takes statistics over the features; here they are over the rows.",
        known=known,
    )
    expect(
        False,
        "in train mode gamma·(z - mean) / sqrt(var + eps) + beta, with mean and var of each "
        "hidden unit over the batch",
        f"before scale and shift the means {show(n.mean(axis=0))}, "
        f"deviations {show(n.std(axis=0))}",
        "Look at the axis of the mean and the variance, and at what else is normalised.",
        known=known,
    )
    raise AssertionError  # expect has raised


def named_normalisation(
    probe: Probe, weights: Weights, inputs: np.ndarray, shown: np.ndarray
) -> Mistake | None:
    """What else train mode makes of z (N, H), before the nonlinearity or, over rows, after it."""
    z = (inputs @ weights["W1"].T).astype(np.float64)
    found = []
    if has_rows_normalised((shown - weights["beta"]) / weights["gamma"]):
        found.append(LAYER_NORM)

    def error(normalise: Normalise, seen: np.ndarray) -> float:
        points = weights["gamma"] * normalise(z)[:8] + weights["beta"]
        if not np.isfinite(points).all():  # of few rows some have no spread
            return math.inf
        predicted = probe.activation(points, train=True)
        return float(np.abs(seen[:8] - predicted).max() / np.abs(predicted).max())

    with suppress(StudentError):
        if not probe.mixes_rows(weights, inputs, train=True) and probe.mixes_rows(
            weights, inputs, train=False
        ):
            return MODES_SWAPPED
        found += [mistake for mistake, rule in NORMALISATIONS if error(rule, shown) < 2e-3]
        eps = min(SOME_EPS, key=lambda eps: error(by_large_eps(eps), shown))
        if error(by_large_eps(eps), shown) < 2e-3 < error(by_large_eps(0.0), shown):
            found.append(filled(LARGE_EPS, eps=eps))
        probe.renew()
        fresh = probe.hidden(weights, inputs, train=True)
        if error(by_running_statistics, fresh) < 2e-3:
            found.append(RUNNING_IN_TRAIN)
        unsigned = weights | {"gamma": np.abs(weights["gamma"])}
        points = normalised(z, z.mean(axis=0), z.var(axis=0), unsigned)[:8]
        if close(shown[:8], probe.activation(points, train=True), rtol=2e-3):
            found.append(SIGN_OF_SCALE_LOST)
        if not found and probe.settles(weights, inputs):
            found.append(RUNNING_IN_TRAIN)
    if found:
        return only(found)
    if not probe.is_straight():
        return None
    return describe_statistics(z, (shown - weights["beta"]) / weights["gamma"], shown > STRAIGHT)


def affine(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether each column of y (N, H) is a linear function of the same column of x."""
    for a, b in zip(x.T, y.T, strict=True):
        columns = np.stack([a, np.ones_like(a)], axis=1)
        solution, *_ = np.linalg.lstsq(columns, b, rcond=None)
        if np.abs(columns @ solution - b).max() > 5e-3 * np.abs(b).max():
            return False
    return True


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Two layers, and a scale and a shift of size num_hidden; the first layer's bias is optional."
)
def test_layers(student: Student, rng: np.random.Generator) -> None:
    """There are two layers, a scale and a shift of the hidden one, and nothing else"""
    probe = Probe(student, rng)
    # The mean that is subtracted takes b1's effect, and its gradient, away.
    expect_gradients(probe.net, probe.layers, rng, may_be_zero=["b1"])


@pytest.mark.points(2)
@pytest.mark.hint("Mean and variance are taken over the rows of the batch: one of each per unit.")
def test_train_mode(student: Student, rng: np.random.Generator) -> None:
    """In train mode the hidden layer, and only that, is normalised by the batch's statistics"""
    probe = Probe(student, rng)
    place, ddof = place_of_normalisation(probe)

    weights = with_large_logits(probe.draw(mean=1.5, deviation=3.0), "W2", "b2")
    inputs = probe.inputs(24)
    hidden = probe.hidden(weights, inputs, train=True).astype(np.float64)
    logits = probe.run(weights, inputs, train=True)
    expected = hidden @ weights["W2"].T + weights["b2"]  # (N, H) @ (H, O) -> (N, O)
    predicted, seen = show_apart(expected, logits)
    expect(
        close(logits, expected),
        f"the logits W2·v + b2 of the hidden layer's output v, here {predicted}",
        seen,
        "Return them as they are: no normalisation or activation.",
        known=partial(named_logits, probe, inputs),
    )
    expect_small_eps(probe, place, ddof)
    expect_far_row(probe, place, ddof)
    expect_two_rows(probe, place, ddof)
    if place == "before":  # as it also seems to come where there is no nonlinearity at all
        levels = np.repeat(LEVELS[::2, None], probe.num_hidden, axis=1)  # (N, H)
        shown = probe.activation(levels, train=True)
        expect_nonlinear(levels, shown, "in the hidden layer", lambda: common.NO_NONLINEARITY)


def expect_two_rows(probe: Probe, place: Place, ddof: int) -> None:
    """Fail unless two rows, the fewest that there may be in train mode, are normalised by their own
    mean and variance."""
    probe.renew()
    weights = probe.draw(mean=1.5, deviation=3.0)
    inputs = probe.inputs(2)
    shown = probe.hidden(weights, inputs, train=True)
    if place == "before":
        z = inputs @ weights["W1"].T
        statistics = z.mean(axis=0), z.var(axis=0, ddof=ddof)
        # Of two rows the variance may be as small as eps, and the nonlinearity bend in between.
        allowed = [
            probe.activation(normalised(z, *statistics, weights, eps=eps), train=True)
            for eps in np.linspace(0.0, 1.3 * MAX_EPS, 6)
        ]
        room = 2e-3 * np.abs(allowed).max()
        lowest, highest = np.min(allowed, axis=0) - room, np.max(allowed, axis=0) + room
        right = bool(((lowest <= shown) & (shown <= highest)).all())
    else:
        n = (shown - weights["beta"]) / weights["gamma"]
        right = bool(np.abs(n.sum(axis=0)).max() < 1e-2 and np.abs(n).max() < 1.01)
    expect(
        right,
        "in train mode a batch of two rows normalised by its own mean and variance",
        f"activations {show(shown)}",
        "Any batch of two or more is normalised by itself.",
    )


def expect_far_row(probe: Probe, place: Place, ddof: int) -> None:
    """Fail unless a row counts as the formula says that is as many deviations away from the mean as
    a row can be."""
    weights = probe.draw(mean=1.5, deviation=3.0)
    inputs = probe.inputs(ROWS)
    inputs[0] = 300 * probe.rng.choice([-1, 1]) * np.sign(weights["W1"].sum(axis=0))
    # So small a scale that the nonlinearity sees values of order 1 only.
    weights["gamma"] /= 0.5 * math.sqrt(ROWS)
    probe.renew()
    fixed = probe.hidden(weights, inputs, train=False)[:24]
    shown = probe.hidden(weights, inputs, train=True)[:24]
    z = inputs @ weights["W1"].T
    points = normalised(z, z.mean(axis=0), z.var(axis=0, ddof=ddof), weights)[:24]
    right = (
        close(shown, probe.activation(points, train=True), rtol=2e-3)
        if place == "before"
        else affine(fixed, shown)
    )
    expect(
        right,
        f"a row far away from the {ROWS - 1} others of its batch normalised like any other",
        f"activations {show(shown)} of it",
        "Nothing is clipped, neither what is normalised nor what mean and variance are taken of.",
    )


def named_logits(probe: Probe, inputs: np.ndarray) -> Mistake | None:
    """What happens besides the layers, with the weights that are there or with others."""
    with suppress(StudentError):
        if is_by_recording(probe.net, inputs, train=True):
            return common.BY_RECORDING
    return named_forward(probe.net, probe.layers, inputs, True, common.RANDOM)


def expect_small_eps(probe: Probe, place: Place, ddof: int) -> None:
    """Fail if eps is clearly larger than MAX_EPS, seen on activations that hardly vary, of a batch
    of few rows."""
    probe.renew()
    weights = probe.draw(mean=1.0, deviation=0.1)
    inputs = probe.inputs(3)
    fixed = probe.hidden(weights, inputs, train=False)
    shown = probe.hidden(weights, inputs, train=True)
    if place == "before":
        z = inputs @ weights["W1"].T
        statistics = z.mean(axis=0), z.var(axis=0, ddof=ddof)
        least, most = (
            probe.activation(normalised(z, *statistics, weights, eps=eps), train=True)
            for eps in (1.3 * MAX_EPS, 0.0)
        )
        middle = probe.activation(weights["beta"][None], train=True)
        least, seen, most = (np.abs(each - middle).sum() for each in (least, shown, most))
        ok = 0.999 * least <= seen <= 1.01 * most
    else:
        # In eval mode a fresh network divides by 1, the usual initial variance, and so shows how
        # much a(z) varies. Where that can't be, only a much too large eps is seen.
        deviation = fixed.std(axis=0, ddof=ddof) / np.abs(weights["gamma"])
        # Three rows may be close to each other: then a(z) hardly varies though it is steep.
        slope = deviation / (inputs @ weights["W1"].T).std(axis=0, ddof=ddof)
        deviation = np.where((slope > 0.05) & (slope < 2), deviation, 0.02)
        n = (shown - weights["beta"]) / weights["gamma"]
        seen = n.std(axis=0, ddof=ddof)
        ok = (seen >= 0.99 * deviation / np.sqrt(deviation**2 + 1.3 * MAX_EPS)).all()

    if ok:
        return
    mistake = named_normalisation(probe, weights, inputs, shown)
    expect(
        mistake is None or mistake.name == LARGE_EPS.name,
        f"in train mode a batch of {len(inputs)} rows normalised as one of 24 is",
        f"activations {show(shown)}",
        known=lambda: filled(SOME_BATCHES, rows=len(inputs)),
    )
    expect(
        False,
        f"an eps of at most {MAX_EPS:g}",
        f"activations of small variance, in a batch of {len(inputs)}, are not brought to unit "
        "variance",
        "eps only prevents a division by 0.",
        known=lambda: mistake,
    )


@pytest.mark.points(1)
@pytest.mark.hint("Register running mean and variance as buffers, and update them in train mode.")
def test_running_statistics(student: Student, rng: np.random.Generator) -> None:
    """Running statistics converge to the data's, and are saved in state_dict()"""
    probe = Probe(student, rng)
    with recognising_not_finite(NOT_FINITE, "eval"):
        place, _ = place_of_normalisation(probe)
    weights = probe.draw(mean=6.0, deviation=3.0)
    inputs = probe.inputs(64)
    probe.renew()
    probe.assign(weights)
    # The first batch differs, so that statistics which are taken once and kept do not pass.
    probe.net.forward_all([inputs + 1, *[inputs] * BATCHES], train=True)

    rows, far = inputs[:6], probe.offset + 30 * normal(rng, 6, probe.num_features)
    far_weights = weights | {"gamma": weights["gamma"] / 15}  # so that values stay of order 1
    with recognising_not_finite(NOT_FINITE, "eval"):
        shown = probe.hidden(weights, rows, train=False)
        shown_far = probe.hidden(far_weights, far, train=False)
    z = inputs @ weights["W1"].T
    if place == "before":
        mean, variance = z.mean(axis=0), z.var(axis=0)
        # Moving averages started from mean 0 and variance 1 end at these, converged to a share c;
        shares = (1.0, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.90)
        kept = [(c * mean, c * variance + 1 - c) for c in shares]
        # the plain average of all batches, as momentum=None keeps, has the first one in it.
        first = ((inputs + 1) @ weights["W1"].T).mean(axis=0)
        kept.append(((first + BATCHES * mean) / (BATCHES + 1), variance))
        converged = any(
            all(
                activates(probe, normalised(x @ w["W1"].T, *statistics, w), seen)
                for x, w, seen in ((rows, weights, shown), (far, far_weights, shown_far))
            )
            for statistics in kept
        )
    else:
        batch = probe.hidden(weights, inputs, train=True)[:6]
        converged = np.abs((shown - batch) / weights["gamma"]).max() < 0.35
    expect(
        converged,
        f"in eval mode activations normalised by the data's mean and variance, after {BATCHES} "
        "batches in train mode",
        f"{show(shown)}",
        "Update running statistics with each batch in train mode (PyTorch's momentum is 0.1).",
        known=partial(named_statistics, probe, weights, inputs, shown),
    )

    logits = probe.run(weights, rows, train=False)
    restored = student.build(*probe.net.sizes, seed=draw_seed(rng))
    restored.load_state_of(probe.net)
    expect(
        close(restored.forward(rows), logits),
        "a new network with this one's state_dict() to give the same logits in eval mode",
        "others",
        "Use register_buffer for the running statistics, so that they are saved.",
        known=lambda: moving_in_eval_mode(probe.net, rows) or NOT_SAVED,
    )


def activates(probe: Probe, points: np.ndarray, seen: np.ndarray) -> bool:
    """Whether the nonlinearity makes `seen` of (N, H) points that are known to a hundredth: it may
    jump beside one of them, as hard shrinkage does."""
    around = np.concatenate([points, points - NEAR, points + NEAR])
    values = probe.activation(around, train=False).reshape(3, *points.shape)
    return close(seen, np.clip(seen, values.min(axis=0), values.max(axis=0)), rtol=1.5e-2)


def named_statistics(
    probe: Probe, weights: Weights, inputs: np.ndarray, shown: np.ndarray
) -> Mistake | None:
    """What else eval mode normalises by, the nonlinearity coming after."""
    z = inputs @ weights["W1"].T
    first = (inputs + 1) @ weights["W1"].T
    rows = z[: len(shown)]
    by_first = normalised(rows, first.mean(axis=0), z.var(axis=0), weights)
    scale_and_shift = weights["gamma"], weights["beta"]
    candidates = [
        (FIRST_BATCH, by_first),
        *running_candidates(rows, z.mean(axis=0), z.var(axis=0), *scale_and_shift),
    ]
    with suppress(StudentError):
        probe.assign(weights)
        if (moves := moving_in_eval_mode(probe.net, inputs[: len(shown)])) is not None:
            return moves
        if not close(probe.hidden(weights, inputs[:2], train=False), shown[:2], rtol=1e-2):
            return BATCH_IN_EVAL  # what a row gives depends on the others
        # Before the candidates are looked at in train mode, which moves the statistics.
        more = probe.hidden(weights, inputs, train=False)
        found = [
            mistake
            for mistake, points in candidates
            if close(shown, probe.activation(points, train=True), rtol=1.5e-2)
        ]
        if found:
            return only(found)
        if not probe.is_straight():
            return None
        n = (more - weights["beta"]) / weights["gamma"]
        return describe_running(z, z.mean(axis=0), z.var(axis=0), n, more > STRAIGHT)
    return None


@pytest.mark.points(2)
@pytest.mark.hint("In eval mode use the running statistics, unchanged: self.training tells.")
def test_eval_mode(student: Student, rng: np.random.Generator) -> None:
    """In eval mode the running statistics are used, and do not move"""
    probe = Probe(student, rng)
    weights = probe.draw(mean=2.0, deviation=3.0)
    inputs = probe.inputs(8)
    probe.assign(weights)
    probe.net.forward_all([probe.inputs(32) for _ in range(20)], train=True)
    logits = probe.net.forward(inputs)

    alone = np.concatenate([probe.net.forward(row[None]) for row in inputs])
    single, among = show_apart(alone, logits)
    expect(
        close(alone, logits),
        "in eval mode a row to have the same logits alone as in a batch",
        f"{single} alone, {among} in a batch",
        "Use the running statistics there, not the batch's.",
        known=partial(named_eval_mode, probe, weights, inputs, logits),
    )
    probe.net.forward_all([probe.inputs(32) + 5 for _ in range(20)])
    again = probe.net.forward(inputs)
    before, after = show_apart(logits, again)
    expect(
        close(again, logits),
        "forward passes in eval mode to leave the running statistics as they are",
        f"logits that have moved from {before} to {after}",
        "Update them in train mode only.",
        known=lambda: MOVE_IN_EVAL,
    )
    probe.net.forward_all([probe.inputs(32) + 5 for _ in range(20)], train=True)
    moved = probe.net.forward(inputs)
    expect(
        not close(moved, logits, rtol=1e-3),
        "forward passes in train mode to move the running statistics",
        "the same logits in eval mode after 20 batches of other data",
        known=lambda: WITHOUT_EFFECT,
    )


def moving_in_eval_mode(net: Network, inputs: np.ndarray) -> Mistake | None:
    """Why passes of the same inputs in eval mode differ, if they do, and not by chance."""
    if is_by_recording(net, inputs, train=False):
        return common.BY_RECORDING
    first, second = (net.forward(inputs, seed=0) for _ in range(2))
    return None if np.array_equal(first, second) else MOVE_IN_EVAL


def named_eval_mode(
    probe: Probe, weights: Weights, inputs: np.ndarray, logits: np.ndarray
) -> Mistake | None:
    """Why rows have other logits alone than in a batch."""
    with suppress(StudentError):
        if (moves := moving_in_eval_mode(probe.net, inputs)) is not None:
            return moves
        if close(logits, probe.net.forward(inputs, train=True), rtol=1e-3):
            return BATCH_IN_EVAL
        if not probe.mixes_rows(weights, inputs, train=True):
            return MODES_SWAPPED
    return None


@pytest.mark.points(2)
@pytest.mark.hint("Normalised layers learn fast: if this one does not, look at eval mode.")
def test_training(student: Student, rng: np.random.Generator, train: Train, passed: Passed) -> None:
    """It learns to read digits"""
    run = train(units=True)
    if passed("test_train_mode"):
        expect_normalised(student, rng, run, passed)
    expect_accuracy(run, passed, known=partial(named_scale, student, rng, run))


def named_scale(student: Student, rng: np.random.Generator, run: TrainingRun) -> Mistake | None:
    """Whether the scale of the network that was trained is 0 at first."""
    probe = Probe(student, rng)
    layers = Layers(run.parameters, parameter_shapes(run.sizes), optional=["b1"]).like(probe.layers)
    return SCALE_STARTS_AT_ZERO if probe.has_no_scale(layers) else None


def expect_normalised(
    student: Student, rng: np.random.Generator, run: TrainingRun, passed: Passed
) -> None:
    """Fail unless the run normalises by the batch and keeps its statistics, as it was seen to."""
    probe = Probe(student, rng)
    shapes = parameter_shapes(run.sizes)
    layers = Layers(run.parameters, shapes, optional=["b1"]).like(probe.layers)
    expect(
        not probe.has_no_scale(layers),
        "a scale that is not 0 at first",
        f"`{layers.name('gamma')}` is 0 for all units",
        known=lambda: SCALE_STARTS_AT_ZERO,
    )
    place, ddof = place_of_normalisation(probe)
    probe.renew()
    with refuting("test_train_mode"):
        how = Normalisation(place, ddof, read_nonlinearity(probe, run, layers, place, ddof))
        passes = expect_normalised_training(run, layers, probe.zero_scale, how, DETACHED)
    if passed("test_running_statistics") and passed("test_eval_mode"):
        with refuting("test_running_statistics", "test_eval_mode"):
            expect_kept_statistics(run, layers, probe.zero_scale, passes)


def read_nonlinearity(
    probe: Probe, run: TrainingRun, layers: Layers, place: Place, ddof: int
) -> ReadCurve:
    """The nonlinearity where the run's sums lie; after it, up to scale and shift."""
    weights = identity_weights(probe.layers)
    if place == "after":
        points = points_around(first_sums(run, layers), POINTS // 2)
        rows = np.repeat(points[:, None], probe.num_hidden, axis=1)
        inputs = embed(rows, len(rows), probe.num_features)
        vectors = {"gamma": np.ones(probe.num_hidden), "beta": np.zeros(probe.num_hidden)}
        shown = probe.hidden(weights | vectors, inputs, train=True)
        return expect_smooth(read(points, shown[:, 0]))
    normalised = []
    for flat, images in sampled(run):
        w = scaled(layers.split(flat), probe.zero_scale)
        z = images @ w["W1"].T
        n = (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-6)
        normalised.append(w["gamma"] * n + w["beta"])
    points = points_around(np.concatenate(normalised))
    rows = np.resize(points, (-(-len(points) // probe.num_hidden), probe.num_hidden))
    # So wide that no eps tells; scale and shift bring the normalised points back.
    deviation, mean = rows.std(0, ddof=ddof), rows.mean(0)
    inputs = embed((rows - mean) * (1e3 / deviation), len(rows), probe.num_features)
    shown = probe.hidden(weights | {"gamma": deviation, "beta": mean}, inputs, train=True)
    return expect_smooth(read(points, shown.ravel()[: len(points)]))
