"""Known mistakes in `l2`: what else a decay may turn out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from grader.checks.kit.optimizers import Trial
from grader.checks.misconceptions.shared.steps import (
    Constants,
    WrongRule,
    adam_steps,
    gradients,
    moves,
    other_optimizers,
    ratio,
    roundings,
    wrong_default,
)

Arrays = list[np.ndarray]

# From p, g, lr, lambda and the step's number, from 1, to what is subtracted from p.
Step = Callable[[np.ndarray, np.ndarray, float, float, int], np.ndarray]


def stepping(step: Step) -> Callable[..., Arrays]:
    def rule(start: np.ndarray, given: Arrays, lr: float, weight_decay: float) -> Arrays:
        p, way = start.astype(np.float64), []
        for t, g in enumerate(given, start=1):
            p = p - step(p, g.astype(np.float64), lr, weight_decay, t)
            way.append(p)
        return way

    return rule


def decayed(start: np.ndarray, given: Arrays, lr: float, weight_decay: float) -> Arrays:
    """p ← p - lr·(g + λ·p), the rule itself."""
    return stepping(lambda p, g, lr, decay, t: lr * (g + decay * p))(start, given, lr, weight_decay)


def scaled(
    start: np.ndarray, given: Arrays, lr: float, weight_decay: float, factor: float
) -> Arrays:
    return decayed(start, given, lr, factor * weight_decay)


def with_own_decay(
    start: np.ndarray, given: Arrays, lr: float, weight_decay: float, own_decay: float
) -> Arrays:
    return decayed(start, given, lr, own_decay)


def with_own_lr(
    start: np.ndarray, given: Arrays, lr: float, weight_decay: float, own_lr: float
) -> Arrays:
    return decayed(start, given, own_lr, weight_decay)


def after_the_step(start: np.ndarray, given: Arrays, lr: float, weight_decay: float) -> Arrays:
    return stepping(lambda p, g, lr, decay, t: lr * g + lr * decay * (p - lr * g))(
        start, given, lr, weight_decay
    )


def decay_of_the_start(start: np.ndarray, given: Arrays, lr: float, weight_decay: float) -> Arrays:
    return stepping(lambda p, g, lr, decay, t: lr * (g + decay * start))(
        start, given, lr, weight_decay
    )


def towards_the_start(start: np.ndarray, given: Arrays, lr: float, weight_decay: float) -> Arrays:
    return stepping(lambda p, g, lr, decay, t: lr * (g + decay * (p - start)))(
        start, given, lr, weight_decay
    )


def with_momentum(
    start: np.ndarray,
    given: Arrays,
    lr: float,
    weight_decay: float,
    mu: float,
    *,
    nesterov: bool = False,
) -> Arrays:
    v, p, way = np.zeros(start.shape), start.astype(np.float64), []
    for gradient in given:
        g = gradient + weight_decay * p
        v = mu * v + g
        p = p - lr * (g + mu * v if nesterov else v)
        way.append(p)
    return way


def unit(p: np.ndarray) -> np.ndarray:
    return p / np.maximum(np.linalg.norm(p), 1e-12)


def in_some_steps(
    start: np.ndarray, given: Arrays, lr: float, weight_decay: float, every: float, first: float
) -> Arrays:
    """Decay in each `every`th step, from `first`, which counts from 0."""
    return stepping(
        lambda p, g, lr, decay, t: lr * (g + (decay * p if (t - 1) % every == first else 0 * p))
    )(start, given, lr, weight_decay)


def only_biases(start: np.ndarray, given: Arrays, lr: float, weight_decay: float) -> Arrays:
    return decayed(start, given, lr, weight_decay if start.ndim == 1 else 0.0)


# ---------------------------------------------------------------- constants


def own_decay(trial: Trial) -> Iterator[Constants]:
    """The first step is lr·(g + λ·p): the λ that it shows, where that is not the one passed."""
    least = max(2e-6, 2e-5 * trial.options["weight_decay"])  # less may be rounding
    return (
        c
        for c in roundings("own_decay", _shown_decay(trial))
        if least < c["own_decay"] != trial.options["weight_decay"]
    )


def decay_factor(trial: Trial) -> Iterator[Constants]:
    """How many times λ the first step shows."""
    passed = trial.options["weight_decay"] or np.inf
    return (c for c in roundings("factor", _shown_decay(trial) / passed) if c["factor"] > 1e-3)


def _shown_decay(trial: Trial) -> float:
    lr = trial.options["lr"]
    rest = [d / lr - g for d, g in zip(moves(trial, 0), gradients(trial, 0), strict=True)]
    return ratio(rest, [start.astype(np.float64) for start, _, _ in trial.followed])


def own_lr(trial: Trial) -> Iterator[Constants]:
    """The first step is lr·(g + λ·p): the lr that it shows, where that is not the one passed."""
    directions = [
        given[0] + trial.options["weight_decay"] * start.astype(np.float64)
        for start, _, given in trial.followed
    ]
    seen = ratio(moves(trial, 0), directions)
    return (c for c in roundings("own_lr", seen) if c["own_lr"] != trial.options["lr"])


def both_of_the_first_step(trial: Trial) -> Iterator[Constants]:
    """The first step is lr·g + lr·λ·p: both by least squares."""
    columns = [gradients(trial, 0), [start for start, _, _ in trial.followed]]
    g, p, moved = (
        np.concatenate([x.ravel() for x in arrays]).astype(np.float64)
        for arrays in (*columns, moves(trial, 0))
    )
    own, shrink = np.linalg.lstsq(np.stack([g, p], axis=1), moved, rcond=None)[0]
    if own != trial.options["lr"]:
        for first in roundings("own_lr", float(own)):
            for second in roundings("own_decay", float(shrink / (first["own_lr"] or np.nan))):
                if second["own_decay"] > 2e-6:
                    yield first | second


def usual_momenta(_: Trial) -> Iterator[Constants]:
    return ({"mu": mu} for mu in (0.9, 0.99, 0.95, 0.8, 0.5))


# ---------------------------------------------------------------- the catalogue

WRONG_RULES = (
    WrongRule(
        "2λ·p",
        "The decay is 2λ·p here: the derivative of λ/2·p² is λ·p, and that is added once, by your "
        "own hand or by SGD's weight_decay.",
        partial(scaled, factor=2.0),
    ),
    WrongRule(
        "λ/2·p",
        "The decay is λ/2·p here: differentiating λ/2·p² cancels the 1/2.",
        partial(scaled, factor=0.5),
    ),
    WrongRule(
        "decay of another size",
        "The decay is {factor:.4g} times λ·p here: nothing else scales it.",
        scaled,
        lambda trial: (c for c in decay_factor(trial) if c["factor"] not in (0.5, 1.0, 2.0)),
    ),
    WrongRule(
        "L1",
        "This is L1 regularisation, whose decay is λ times the sign of p: L2's grows with p.",
        stepping(lambda p, g, lr, decay, t: lr * (g + decay * np.sign(p))),
    ),
    WrongRule(
        "decay ignored",
        "These are the steps of plain SGD: weight_decay has no effect in step(), and a hook that "
        "backward() runs is no part of it.",
        stepping(lambda p, g, lr, decay, t: lr * g),
    ),
    WrongRule(
        "decay with the wrong sign",
        "The decay has the wrong sign here, so that parameters grow: adding λ·p to the gradient "
        "makes them shrink.",
        stepping(lambda p, g, lr, decay, t: lr * (g - decay * p)),
    ),
    WrongRule(
        "decay not scaled by lr",
        "The decay is not scaled by the learning rate here: as a part of the gradient it is.",
        stepping(lambda p, g, lr, decay, t: lr * g + decay * p),
    ),
    WrongRule(
        "decay scaled by lr twice",
        "The decay is scaled by the learning rate twice here: as a part of the gradient it is "
        "scaled once.",
        stepping(lambda p, g, lr, decay, t: lr * (g + lr * decay * p)),
    ),
    WrongRule(
        "decay after the step",
        "The decay is taken from the parameter after the gradient's step: p is meant as it was "
        "before.",
        after_the_step,
    ),
    WrongRule(
        "decay of the initial parameter",
        "The decay is that of the parameter when the optimizer was made: p changes with each step.",
        decay_of_the_start,
    ),
    WrongRule(
        "decay towards the start",
        "Parameters are pulled towards the values that they started from here: L2 pulls to zero.",
        towards_the_start,
    ),
    WrongRule(
        "penalty not differentiated",
        "λ·p² is added to the gradient here: that is the penalty, and a gradient takes its "
        "derivative.",
        stepping(lambda p, g, lr, decay, t: lr * (g + decay * p**2)),
    ),
    WrongRule(
        "penalty not differentiated",
        "λ/2·p² is added to the gradient here: that is the penalty, and a gradient takes its "
        "derivative.",
        stepping(lambda p, g, lr, decay, t: lr * (g + decay / 2 * p**2)),
    ),
    WrongRule(
        "gradient left out",
        "Only the decay moves the parameters here: λ·p is added to the gradient, and does not take "
        "its place.",
        stepping(lambda p, g, lr, decay, t: lr * decay * p),
    ),
    WrongRule(
        "decay by division",
        "What the gradient's step leaves is divided by 1 + λ here: λ·p is added to the gradient.",
        stepping(lambda p, g, lr, decay, t: p - (p - lr * g) / (1 + decay)),
    ),
    WrongRule(
        "decay by division",
        "What the gradient's step leaves is divided by 1 + lr·λ here: λ·p is added to the "
        "gradient.",
        stepping(lambda p, g, lr, decay, t: p - (p - lr * g) / (1 + lr * decay)),
    ),
    WrongRule(
        "norm not squared",
        "The decay is λ·p/|p| here, the derivative of the norm: the penalty is the norm squared.",
        stepping(
            lambda p, g, lr, decay, t: lr * (g + decay * p / np.maximum(np.linalg.norm(p), 1e-12))
        ),
    ),
    WrongRule(
        "mean of the squares",
        "The decay is divided by the number of entries here: the penalty is a sum over them, not "
        "a mean.",
        stepping(lambda p, g, lr, decay, t: lr * (g + decay * p / p.size)),
    ),
    WrongRule(
        "mean of the squares",
        "The decay is 2λ·p divided by the number of entries here: the penalty is λ/2 times a sum "
        "over them, not a mean.",
        stepping(lambda p, g, lr, decay, t: lr * (g + 2 * decay * p / p.size)),
    ),
    WrongRule(
        "absolute value",
        "The decay is λ·|p| here, so that negative parameters grow: it has the sign of p.",
        stepping(lambda p, g, lr, decay, t: lr * (g + decay * np.abs(p))),
    ),
    WrongRule(
        "sum of the parameters",
        "λ times the sum of all entries is added here: each entry's decay is its own.",
        stepping(lambda p, g, lr, decay, t: lr * (g + decay * p.sum())),
    ),
    WrongRule(
        "norm of the parameters",
        "λ times the norm of the parameter, one number, is added to each of its entries here: each "
        "entry's decay is λ times itself.",
        stepping(lambda p, g, lr, decay, t: lr * (g + decay * np.linalg.norm(p))),
    ),
    WrongRule(
        "the gradient decays",
        "It is the gradient that shrinks by λ here: the decay is the parameter's.",
        stepping(lambda p, g, lr, decay, t: lr * (g - decay * g)),
    ),
    WrongRule(
        "the gradient decays",
        "It is the gradient that is scaled by λ here: the decay is the parameter's.",
        stepping(lambda p, g, lr, decay, t: lr * (g + decay * g)),
    ),
    WrongRule(
        "decay grows with the steps",
        "The decay grows with the number of steps here: λ is the same in all of them.",
        stepping(lambda p, g, lr, decay, t: lr * (g + t * decay * p)),
    ),
    WrongRule(
        "only biases decay",
        "The one-dimensional parameters decay here, and the others do not: if any are left out, "
        "it is the biases.",
        only_biases,
    ),
    WrongRule(
        "weight_decay taken for momentum",
        "weight_decay acts as a momentum here, and nothing decays: pass it on by name, as SGD's "
        "second argument after lr is its momentum.",
        lambda start, given, lr, weight_decay: with_momentum(start, given, lr, 0.0, weight_decay),
    ),
    WrongRule(
        "decay in some steps only",
        "Nothing decays in some of the steps: λ·p is a part of every step.",
        in_some_steps,
        lambda trial: iter(
            {"every": every, "first": first}
            for every in (2, 3, 10, 100)
            for first in range(min(int(every), 3))
        ),
    ),
    WrongRule(
        "Adam in place of SGD",
        "These are Adam's steps, with a decay: what is asked for is plain SGD's.",
        lambda start, given, lr, weight_decay: adam_steps(start, given, lr, shrink=weight_decay),
    ),
    WrongRule(
        "Adam in place of SGD",
        "These are Adam's steps, with a decay: what is asked for is plain SGD's.",
        lambda start, given, lr, weight_decay: adam_steps(start, given, lr, weight_decay),
    ),
    WrongRule(
        "momentum besides",
        "There is a momentum of {mu:g} besides: plain SGD is asked for.",
        with_momentum,
        usual_momenta,
    ),
    WrongRule(
        "momentum besides",
        "There is a momentum of {mu:g} besides, in Nesterov's form: plain SGD is asked for.",
        partial(with_momentum, nesterov=True),
        usual_momenta,
    ),
    WrongRule(
        "climbs",
        "These are the right steps with the wrong sign: they climb, and a loss is descended.",
        stepping(lambda p, g, lr, decay, t: -lr * (g + decay * p)),
    ),
    WrongRule(
        "weight decay hard-coded",
        "These are steps with a weight decay of {own_decay:.4g}, whatever is passed.",
        with_own_decay,
        own_decay,
    ),
    WrongRule(
        "learning rate ignored",
        "These are steps with a learning rate of {own_lr:.4g}, whatever is passed as lr.",
        with_own_lr,
        own_lr,
    ),
    WrongRule(
        "both arguments ignored",
        "These are steps with lr={own_lr:.4g} and weight_decay={own_decay:.4g}, whatever is "
        "passed: use both arguments.",
        lambda start, given, lr, weight_decay, own_lr, own_decay: decayed(
            start, given, own_lr, own_decay
        ),
        both_of_the_first_step,
    ),
    *other_optimizers(
        "plain SGD with a decay",
        *("Adagrad", "Adadelta", "Rprop", "Adamax", "RMSprop", "ASGD"),
        passed_on={"weight_decay": "penalty"},
    ),
)

DEFAULTS = {"lr": 0.01, "weight_decay": 1e-4}
WRONG_DEFAULTS = (
    wrong_default(decayed, DEFAULTS, "lr", own_lr),
    wrong_default(decayed, DEFAULTS, "weight_decay", own_decay),
)
