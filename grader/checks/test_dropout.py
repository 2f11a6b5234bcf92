"""Checks for `dropout`: hidden activations are dropped in train mode, independently, with rate p.

Every single decision to drop or to keep is seen (kit/dropout_probe.py). Tolerances are such that a
right module fails by chance less than once in 10^6 runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
import pytest

from grader.checks.kit.curves import points_around
from grader.checks.kit.dropout_probe import Probe
from grader.checks.kit.layers import (
    Layers,
    expect_gradients,
    two_layers,
)
from grader.checks.kit.masks import expect_dropout_trains
from grader.checks.kit.nonlinearity import (
    expect_two_layers_forward,
    is_by_recording,
    named_forward,
    read_between_two_layers,
)
from grader.checks.kit.probes import (
    Z_LIMIT,
    close,
    draw_seed,
    draw_sizes,
    expect,
    normal,
    show,
    show_apart,
)
from grader.checks.kit.shared import (
    expect_accuracy,
    expect_reproducible_network,
    recognising_not_finite,
    test_builds,  # noqa: F401  a check that all networks share
)
from grader.checks.kit.training_run import first_sums, refuting
from grader.checks.misconceptions import Mistake, filled
from grader.checks.misconceptions.dropout import (
    BEFORE_NONLINEARITY,
    BY_SIZE,
    BY_VALUE,
    COUNTS_PASSES,
    CUT_OFF,
    DIVIDED_BY_P,
    DROPPED_TWICE,
    EVAL_MODE,
    EXACT_COUNT,
    MODES_SWAPPED,
    NOTHING_DROPPED,
    OFF_SEED,
    ON_INPUTS,
    ON_LOGITS,
    ONE_DECISION,
    ONE_MASK,
    OTHER_RATE,
    RATE_IGNORED,
    SAME_MASK,
    WEIGHTS_DROPPED,
    WHOLE_ROWS,
    by_share_of_row,
    describe_rates,
    describe_scale,
    recognise_cut_off,
    recognise_eval_scale,
    recognise_masks,
    recognise_rate,
    recognise_scale,
    recognise_unzeroed,
    recognise_zero,
    whole_rows,
)
from grader.checks.misconceptions.shared import common
from grader.grading.plugin import Passed, Train
from grader.sandbox.client import Network, Student, StudentError

PASSES = 8  # by which the share that is dropped is judged
DECIDES = "A mask of the activations' full shape decides for each of them."


def build(student: Student, rng: np.random.Generator, **options: Any) -> tuple[Network, Layers]:
    net = student.build(*draw_sizes(rng), seed=draw_seed(rng), **options)
    return net, Layers(net.parameters, two_layers(net.sizes))


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("Two layers, each with a weight and a bias: dropout itself has no parameters.")
def test_layers(student: Student, rng: np.random.Generator) -> None:
    """There are two layers with weights and biases, and nothing else"""
    expect_gradients(*build(student, rng), rng)


@pytest.mark.points(1)
@pytest.mark.hint("Draw weights and masks from torch's generator, and leave its seed alone.")
def test_reproducible(student: Student, rng: np.random.Generator) -> None:
    """The same seed gives the same network and masks, another seed others"""
    expect_reproducible_network(student, rng)
    probe = Probe(student, rng)
    seed, other_seed = draw_seed(rng), draw_seed(rng)
    first, again, other = (probe.drop(seed=s)[0] for s in (seed, seed, other_seed))
    expect(
        np.array_equal(first, again),
        "the same activations dropped after the same torch.manual_seed",
        "others",
        "Draw the mask with torch, not with NumPy or Python's random, and do not seed it.",
        known=partial(named_unrepeated, student, rng, probe),
    )
    expect(
        not np.array_equal(first, other),
        "other activations dropped after another torch.manual_seed",
        "the same ones",
        "Do not call torch.manual_seed in the module.",
        known=partial(named_masks, probe, first),
    )


def named_unrepeated(student: Student, rng: np.random.Generator, probe: Probe) -> Mistake | None:
    """Why other activations are dropped after the same seed."""
    if is_by_recording(probe.net, probe.inputs, train=True):
        return common.BY_RECORDING
    if probe.repeats_mask():
        return None
    first, again, other = (Probe(student, deepcopy(rng)).drop(seed=seed)[0] for seed in (0, 0, 1))
    follows = np.array_equal(first, again) and not np.array_equal(first, other)
    return COUNTS_PASSES if follows else OFF_SEED


def named_masks(probe: Probe, logits: np.ndarray) -> Mistake | None:
    """Why the same activations are dropped whatever the seed is."""
    if probe.drops_all_or_nothing():
        return ONE_DECISION
    if probe.drops_by_value():
        return BY_VALUE
    if not probe.dropped(logits).any():
        if probe.drops_in_eval_mode():
            return MODES_SWAPPED
        return NOTHING_DROPPED if close(probe.hidden(logits), probe.kept) else None
    return SAME_MASK if probe.repeats_mask() else OFF_SEED


@pytest.mark.points(1)
@pytest.mark.hint("Dropout must know whether the network trains: self.training says so.")
def test_eval_mode(student: Student, rng: np.random.Generator) -> None:
    """In eval mode nothing is dropped, and nothing is scaled"""
    net, layers = build(student, rng, p=0.3)
    expect_two_layers_forward(net, layers, rng, train=False, random=EVAL_MODE)
    weights = layers.draw(rng)
    inputs = normal(rng, 9, net.sizes[0], scale=2)
    layers.assign(net, weights)
    logits = net.forward(inputs, seed=draw_seed(rng))
    other = student.build(*net.sizes, seed=draw_seed(rng), p=0.7)
    layers.assign(other, weights)
    seen = other.forward(inputs, seed=draw_seed(rng))
    one, another = show_apart(logits, seen)
    expect(
        close(seen, logits),
        f"the same logits in eval mode whatever p is, here {one} with p=0.3",
        f"{another} with p=0.7",
        "The kept activations are scaled by 1/(1-p) in train mode, so that eval mode needs none.",
        known=lambda: recognise_eval_scale(logits - weights["b2"], seen - weights["b2"], 0.3, 0.7),
    )


@pytest.mark.points(2)
@pytest.mark.hint("p is the probability to drop. Pass it on to where units are dropped.")
def test_drop_rate(student: Student, rng: np.random.Generator) -> None:
    """In train mode hidden activations are dropped with probability p, 0.5 by default"""
    low, high = float(rng.uniform(0.01, 0.03)), float(rng.uniform(0.92, 0.97))
    cases: list[dict[str, Any]] = [{"p": low}, {}, {"p": high}]
    for options in cases:
        probe = Probe(student, rng, **options)
        logits = np.concatenate(probe.drop(times=PASSES))
        p = options.get("p", 0.5)
        dropped = probe.dropped(logits)
        tolerance = Z_LIMIT * math.sqrt(p * (1 - p) / dropped.size)
        expect(
            abs(dropped.mean() - p) < tolerance,
            f"{100 * p:.3g}% of the hidden activations to be 0 in train mode "
            f"with p={p:g}{'' if options else ', the default'}",
            f"{100 * dropped.mean():.3g}%",
            known=partial(named_rate, student, rng, [(p, float(dropped.mean()))]),
        )
    probe = Probe(student, rng, p=0.0)
    with recognising_not_finite(DIVIDED_BY_P, "train"):
        (logits,) = probe.drop()
    hidden = probe.hidden(logits)
    other = ~np.isclose(hidden, probe.kept, rtol=1e-3)
    expect(
        close(hidden, probe.kept),
        "nothing to change in train mode with p=0",
        f"activations {show(hidden[other])} instead of {show(probe.kept[other])}",
        known=lambda: (
            recognise_zero(float(probe.dropped(logits).mean()))
            or named_place(probe, probe.dropped(logits))
        ),
    )


def named_rate(
    student: Student, rng: np.random.Generator, seen: Sequence[tuple[float, float]] = ()
) -> Mistake | None:
    """What drops another share than p, looked at with two rates and by default, beside the rates
    and shares already `seen`."""
    rates, shares = (0.2, 0.75, 0.5), []
    with suppress(StudentError):
        cases: list[dict[str, Any]] = [{"p": rates[0]}, {"p": rates[1]}, {}]
        for options in cases:
            probe = Probe(student, rng, **options)
            if probe.drops_all_or_nothing():
                return ONE_DECISION
            logits, again = probe.drop(times=2)
            dropped = probe.dropped(logits)
            shares.append(float(dropped.mean()))
            # Fewer decisions than activations make for another share by chance.
            masks = named_oddity(probe, dropped, probe.dropped(again))
            besides = logits_dropped(probe, logits) or masks or named_place(probe, dropped)
            if besides is not None:
                return besides
            if shares[-1] < 0.01 and not close(probe.hidden(logits), probe.kept):
                unzeroed = on_logits(probe) or recognise_unzeroed(probe.hidden(logits), probe.kept)
                if unzeroed is not None or not dropped.any():
                    return unzeroed
        tolerance = Z_LIMIT * math.sqrt(0.25 / dropped.size)
        pairs = [*zip(rates, shares, strict=True), *seen]
        return (
            recognise_rate(rates, shares, tolerance)
            or recognise_cut_off(pairs, tolerance)
            or describe_rates(pairs, tolerance)
        )
    return None


def named_unzeroed(probe: Probe, logits: np.ndarray) -> Mistake | None:
    """What happens to activations of which none is zeroed. May go on with other weights."""
    place = logits_dropped(probe, logits) or named_place(probe, probe.dropped(logits))
    if place is None and close(probe.hidden(logits), probe.kept):
        return NOTHING_DROPPED
    return place or on_logits(probe) or recognise_unzeroed(probe.hidden(logits), probe.kept)


def on_logits(probe: Probe) -> Mistake | None:
    """What is done to the logits, which are not what shows the hidden layer then. Goes on with
    other weights."""
    return named_forward(probe.net, probe.layers, probe.inputs, False, EVAL_MODE)


def named_oddity(probe: Probe, first: np.ndarray, second: np.ndarray) -> Mistake | None:
    """What is odd about the masks (N, H) of two passes. May go on with other weights."""
    mistake = recognise_masks(first, second)
    if mistake is SAME_MASK and probe.drops_by_value():
        return BY_VALUE
    return WEIGHTS_DROPPED if mistake is ONE_MASK and probe.drops_weights() else mistake


def named_place(probe: Probe, dropped: np.ndarray) -> Mistake | None:
    """Dropout in the wrong mode, by value, on the inputs, or on rows. Goes on with other
    weights."""
    if is_by_recording(probe.net, probe.inputs, train=True):
        return common.BY_RECORDING
    if probe.drops_in_eval_mode():
        first, second = probe.drop(times=2)
        return MODES_SWAPPED if np.array_equal(first, second) else EVAL_MODE
    if probe.drops_by_value():
        return BY_VALUE
    alive = probe.alive()
    if alive.any() and whole_rows(dropped[alive]):
        return WHOLE_ROWS
    return ON_INPUTS if probe.drops_inputs() else None


@pytest.mark.points(1)
@pytest.mark.hint("Dropout comes after the nonlinearity, on the hidden layer, and nowhere else.")
def test_kept_values(student: Student, rng: np.random.Generator) -> None:
    """The kept activations are scaled by 1/(1-p), and only hidden ones are dropped"""
    # The nearer p is to 1, the better does the scale show it.
    for p, around_zero in ((float(rng.uniform(0.8, 0.86)), False), (0.6, True)):
        probe = Probe(student, rng, around_zero=around_zero, p=p)
        (logits,) = probe.drop()
        num_hidden = probe.net.sizes[1]
        expect(
            close(logits[:, num_hidden:], np.broadcast_to(probe.b2, logits.shape)[:, num_hidden:]),
            "logits that nothing drops or scales: where W2 is 0 they are b2",
            f"{show(logits[:, num_hidden:])} instead of {show(probe.b2[num_hidden:])}",
            "Look for dropout on the logits.",
            known=partial(named_logits, probe, logits),
        )
        # Where an activation is 0 anyway, as ReLU's are for negative inputs, nothing shows.
        alive = np.abs(probe.kept) > 0.02 * np.abs(probe.kept).max()
        kept = alive & ~probe.dropped(logits)
        known = partial(named_place, probe, probe.dropped(logits))
        expect(kept.any(), "some hidden activations to be kept", "none", known=known)
        ratio = probe.hidden(logits)[kept] / probe.kept[kept]
        expected = 1 / (1 - p)
        wrong = ratio[~(np.abs(ratio / expected - 1) <= 5e-3)]
        expect(
            wrong.size == 0,
            f"kept activations {expected:.3g} = 1/(1-p) times as large as in eval mode with "
            f"p={p:.3g}",
            f"factors such as {show(wrong)}",
            "Dropping inputs, or dropping before the nonlinearity, gives other values.",
            known=partial(named_scale, student, probe, logits, kept, p),
        )


def named_logits(probe: Probe, logits: np.ndarray) -> Mistake | None:
    """Why logits are not b2 where W2 is 0. Goes on with other weights."""
    return logits_dropped(probe, logits) or on_logits(probe)


def logits_dropped(probe: Probe, logits: np.ndarray) -> Mistake | None:
    """Whether logits that are b2 were zeroed, and the others scaled alike."""
    b2 = probe.b2[probe.net.sizes[1] :]
    factors = (logits[:, len(probe.b2) - len(b2) :] / b2).ravel()
    kept = factors[factors != 0]
    alike = kept.size > 0 and np.abs(kept / kept[0] - 1).max() < 1e-3
    return ON_LOGITS if alike and 0.01 < (factors == 0).mean() < 0.99 else None


def named_scale(
    student: Student, probe: Probe, logits: np.ndarray, kept: np.ndarray, p: float
) -> Mistake | None:
    """Why kept activations are not 1/(1-p) times as large as in eval mode."""
    hidden = probe.hidden(logits)
    share_kept = 1 - float(probe.dropped(logits)[np.abs(probe.kept) > 0].mean())
    if share_kept == 1:
        return named_unzeroed(probe, logits)
    with suppress(StudentError):
        (again,) = probe.drop()
        also = kept & ~probe.dropped(again)
        bent, zeroed = probe.bent(1 / (1 - p)), probe.bent(0.0)
        size = np.abs(probe.kept).max()
        from_z = np.minimum(np.abs(hidden - bent), np.abs(hidden - zeroed)) < 5e-4 * size
        if from_z.all():
            return BEFORE_NONLINEARITY
        probe.layers.assign(probe.net, probe.weights)
        besides = named_place(probe, probe.dropped(logits))
        if besides is not None:
            return besides
        other_p = abs(0.9 - p)
        other = student.build(*probe.net.sizes, seed=draw_seed(probe.rng), p=other_p)
        probe.layers.assign(other, probe.weights)
        with_other = probe.hidden(other.forward(probe.inputs))
        if not close(with_other, probe.kept):  # then it is not what to compare the kept ones with
            return recognise_eval_scale(probe.kept, with_other, p, other_p)
        alive = probe.alive()
        by_row = by_share_of_row(hidden[alive] / probe.kept[alive], kept[alive])
        if by_row is not None:
            return by_row
        ratios = hidden[kept] / probe.kept[kept]
        scale = recognise_scale(ratios, probe.hidden(again)[also] / probe.kept[also], p, share_kept)
        if scale is not None:
            return scale
        # Then what is kept is scaled by another p as well.
        rate = named_rate(student, probe.rng, [(p, 1 - share_kept)])
        if rate is not None:
            explains = (
                CUT_OFF,
                RATE_IGNORED,
                DROPPED_TWICE,
                OTHER_RATE,
            )  # how the kept ones are scaled
            return rate if rate.name in {mistake.name for mistake in explains} else None
        return describe_scale(ratios, p)
    return None


@pytest.mark.points(1)
@pytest.mark.hint("Each activation of each row is dropped or kept by itself, anew in each pass.")
def test_masks_are_independent(student: Student, rng: np.random.Generator) -> None:
    """Every activation is dropped independently, and anew in every forward pass"""
    probe = Probe(student, rng, p=0.5)
    passes = probe.drop(times=5)
    masks = [probe.dropped(logits) for logits in passes]
    first, second = masks[:2]
    agreement = float((first == second).mean())
    expect(
        abs(agreement - 0.5) < Z_LIMIT * math.sqrt(0.25 / first.size),
        "two forward passes to drop different activations: they agree on 50% of them by chance",
        f"they agree on {agreement:.0%}",
        known=lambda: (
            (ONE_DECISION if probe.drops_all_or_nothing() else None)
            or named_oddity(probe, first, second)
            or (named_rate(student, rng) if first.any() else named_unzeroed(probe, passes[0]))
        ),
    )
    for what, mask in (("row", first), ("unit", first.T)):
        m, n = mask.shape
        # The number dropped is binomial: its variance over M rows, times M, is chi-squared with
        # M degrees of freedom. Wilson and Hilferty's cube root makes that normal.
        chi = float(((mask.sum(axis=1) - n / 2) ** 2 / (n / 4)).sum()) / m
        deviation = (chi ** (1 / 3) - (1 - 2 / (9 * m))) / math.sqrt(2 / (9 * m))
        expect(
            abs(deviation) < Z_LIMIT,
            f"the number dropped in a {what} to vary as independent decisions do",
            f"its variance is {chi:.2f} times that",
            DECIDES,
            known=partial(named_oddity, probe, first, second),
        )
        different = len(np.unique(mask ^ mask[:, :1], axis=0))
        expect(
            different == m,
            f"a different mask for every {what}",
            f"{m - different} of {m} repeat another one",
            DECIDES,
            known=partial(named_oddity, probe, first, second),
        )
    expect_blind_to_size(probe)
    expect_drops_of_two_rows(probe)
    # Of some 10,000 decisions half, to within one, are alike in five passes once in 10^8 runs.
    expect(
        any(abs(int(mask.sum()) - mask.size // 2) > 1 for mask in masks),
        "the number dropped in a pass to vary as independent decisions do",
        f"{first.sum()} of {first.size} in each of {len(masks)} passes",
        DECIDES,
        known=partial(filled, EXACT_COUNT, what="pass"),
    )


def expect_drops_of_two_rows(probe: Probe) -> None:
    """Fail unless half of the activations are dropped of the smallest batch that there is in train
    mode."""
    pairs = probe.net.forward_all([probe.inputs[:2]] * 20, train=True, seed=draw_seed(probe.rng))
    first = np.abs(probe.hidden(np.stack(pairs).reshape(-1, pairs[0].shape[1])))
    dropped = first < 1e-4 * np.abs(probe.kept).max()
    expect(
        abs(dropped.mean() - 0.5) < Z_LIMIT * math.sqrt(0.25 / dropped.size),
        "50% of the hidden activations to be 0 in train mode, of a batch of two rows as well",
        f"{100 * dropped.mean():.3g}%",
        "What is dropped does not depend on the size of the batch.",
    )


def expect_blind_to_size(probe: Probe) -> None:
    """Fail if what is dropped depends on how large it is: looked at over orders of magnitude."""
    rows = 10 ** probe.rng.uniform(-1, 2, (len(probe.inputs), 1))
    inputs = (probe.inputs * rows).astype(np.float32)
    kept = np.abs(probe.hidden(probe.net.forward(inputs)))
    logits = probe.net.forward(inputs, train=True, seed=draw_seed(probe.rng))
    alive = kept > 1e-2
    kept = kept[alive]
    dropped = np.abs(probe.hidden(logits)[alive]) < 1e-3 * kept
    ranks = kept.argsort().argsort() - (len(kept) - 1) / 2
    # Independent decisions make a normal of the variance 1/4·Σ ranks².
    deviation = float(ranks @ (dropped - 0.5)) / math.sqrt(max(float(ranks @ ranks), 1.0) / 4)
    expect(
        abs(deviation) < Z_LIMIT,
        "activations to be dropped whatever their size",
        f"a dependence of {abs(deviation):.0f} standard deviations from chance",
        known=partial(
            filled,
            BY_SIZE,
            which="Large" if deviation > 0 else "Small",
            others="small" if deviation > 0 else "large",
        ),
    )


@pytest.mark.points(2)
@pytest.mark.hint("Dropped units slow learning down a little; with the right scale it still works.")
def test_training(student: Student, rng: np.random.Generator, train: Train, passed: Passed) -> None:
    """It learns to read digits"""
    run = train(units=True, meet_again=True)
    if passed("test_drop_rate") and passed("test_eval_mode"):
        layers = Layers(run.parameters, two_layers(run.sizes))
        points = points_around(first_sums(run, layers))
        curve = read_between_two_layers(*build(student, rng), points)
        with refuting("test_drop_rate", "test_kept_values", "test_masks_are_independent"):
            expect_dropout_trains(
                run,
                layers,
                curve,
                independent=passed("test_masks_are_independent"),
                scaled=passed("test_kept_values"),
            )
    expect_accuracy(run, passed)
