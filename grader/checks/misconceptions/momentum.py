"""Known mistakes in `momentum`: what else a velocity may turn out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from grader.checks.kit.optimizers import Trial, agrees
from grader.checks.misconceptions.shared.nesterov import NESTEROV_RULES
from grader.checks.misconceptions.shared.scales import SCALE_RULES
from grader.checks.misconceptions.shared.steps import (
    Constants,
    WrongRule,
    adam_steps,
    gradients,
    moves,
    other_optimizers,
    own_lr,
    ratio,
    roundings,
    wrong_default,
)
from grader.checks.misconceptions.shared.trials import WrongWhole

Arrays = list[np.ndarray]

# From the old velocity, g and mu to the new velocity.
Remember = Callable[[np.ndarray, np.ndarray, float], np.ndarray]
# From the new velocity, the old one, g, mu and t, counted from 1, to what lr scales.
Step = Callable[[np.ndarray, np.ndarray, np.ndarray, float, int], np.ndarray]


def classical(v: np.ndarray, g: np.ndarray, mu: float) -> np.ndarray:
    return mu * v + g


def averaged(v: np.ndarray, g: np.ndarray, mu: float) -> np.ndarray:
    return mu * v + (1 - mu) * g


def follow_velocity(
    start: np.ndarray,
    given: Arrays,
    lr: float,
    momentum: float,
    *,
    remember: Remember = classical,
    step: Step = lambda v, old, g, mu, t: v,
    decay: float = 0.0,
) -> Arrays:
    """Classical momentum, but for what is passed; `decay` times p is added to the gradient."""
    p, v, way = start.astype(np.float64), np.zeros(start.shape), []
    for t, gradient in enumerate(given, start=1):
        g = gradient + decay * p
        old, v = v, remember(v, g, momentum)
        p = p - lr * step(v, old, g, momentum, t)
        way.append(p)
    return way


def stepping(step: Step, remember: Remember = classical) -> Callable[..., Arrays]:
    return partial(follow_velocity, step=step, remember=remember)


def lr_twice(start: np.ndarray, given: Arrays, lr: float, momentum: float) -> Arrays:
    return follow_velocity(start, given, lr**2, momentum)


def first_gradient_lost(start: np.ndarray, given: Arrays, lr: float, momentum: float) -> Arrays:
    first = start.astype(np.float64) - lr * given[0]
    return [first, *follow_velocity(first, given[1:], lr, momentum)]


def library_dampening(
    start: np.ndarray, given: Arrays, lr: float, momentum: float, dampening: float | None = None
) -> Arrays:
    """PyTorch's dampening, which is momentum if None: the first gradient enters whole."""
    v, p, way = given[0].astype(np.float64), start.astype(np.float64), []
    share = 1 - (momentum if dampening is None else dampening)
    for t, g in enumerate(given):
        v = momentum * v + share * g if t else v
        p = p - lr * v
        way.append(p)
    return way


def with_own_lr(
    start: np.ndarray, given: Arrays, lr: float, momentum: float, own_lr: float
) -> Arrays:
    return follow_velocity(start, given, own_lr, momentum)


def with_own_mu(
    start: np.ndarray, given: Arrays, lr: float, momentum: float, own_mu: float
) -> Arrays:
    return follow_velocity(start, given, lr, own_mu)


def with_own_both(
    start: np.ndarray, given: Arrays, lr: float, momentum: float, own_lr: float, own_mu: float
) -> Arrays:
    return follow_velocity(start, given, own_lr, own_mu)


def velocity_by_shape(trial: Trial) -> bool:
    """Whether parameters of one shape have one velocity, which each of their gradients enters."""
    lr, mu = trial.options["lr"], trial.options["momentum"]
    velocities: dict[tuple[int, ...], np.ndarray] = {}
    ways: list[Arrays] = [[] for _ in trial.followed]
    places = [start.astype(np.float64) for start, _, _ in trial.followed]
    for step in range(len(trial.followed[0][2])):
        for number, (start, _, given) in enumerate(trial.followed):
            v = mu * velocities.get(start.shape, np.zeros(start.shape)) + given[step]
            velocities[start.shape] = v
            places[number] = places[number] - lr * v
            ways[number].append(places[number])
    return all(
        agrees(start, seen, way) for (start, seen, _), way in zip(trial.followed, ways, strict=True)
    )


def squares(start: np.ndarray, given: Arrays, lr: float, momentum: float) -> Arrays:
    """RMSprop as PyTorch writes it, with that momentum."""
    p, v, u, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for g in given:
        v = 0.99 * v + 0.01 * g.astype(np.float64) ** 2
        u = momentum * u + g / (np.sqrt(v) + 1e-8)
        p = p - lr * u
        way.append(p)
    return way


def second_step_mu(trial: Trial) -> Iterator[Constants]:
    """The second step is lr·(mu·g1 + g2)."""
    lr, mu = trial.options["lr"], trial.options["momentum"]
    rest = [d / lr - g for d, g in zip(moves(trial, 1), gradients(trial, 1), strict=True)]
    seen = ratio(rest, gradients(trial, 0))
    return (c for c in roundings("own_mu", seen) if 0.01 < c["own_mu"] < 1 and c["own_mu"] != mu)


def both_steps(trial: Trial) -> Iterator[Constants]:
    """The lr that the first step shows, and the mu that the second one shows with it."""
    for first in own_lr(trial):
        with_it = replace(trial, options=trial.options | {"lr": first["own_lr"]})
        for second in second_step_mu(with_it):
            yield first | second


def second_step_dampening(trial: Trial) -> Iterator[Constants]:
    """PyTorch's second step is lr·(mu·g1 + (1 - dampening)·g2)."""
    lr, mu = trial.options["lr"], trial.options["momentum"]
    first = gradients(trial, 0)
    rest = [d / lr - mu * g for d, g in zip(moves(trial, 1), first, strict=True)]
    found = roundings("dampening", 1 - ratio(rest, gradients(trial, 1)))
    return (c for c in found if abs(c["dampening"]) > 1e-3)


def usual_decays(_: Trial) -> Iterator[Constants]:
    """Weight decays that are in use."""
    return ({"decay": c * 10.0**-k} for k in (4, 2, 3, 1, 5) for c in (1, 5, 2, 3))


def started_from_gradient(start: np.ndarray, given: Arrays, lr: float, momentum: float) -> Arrays:
    v, p, way = given[0].astype(np.float64), start.astype(np.float64), []
    for g in given:
        v = momentum * v + g
        p = p - lr * v
        way.append(p)
    return way


WRONG_RULES = (
    WrongRule(
        "velocity started from the gradient",
        "The velocity starts from the first gradient, which then enters it once more: it starts at "
        "0.",
        started_from_gradient,
    ),
    WrongRule(
        "dampened gradient",
        "The velocity is a running mean, with a look-ahead as in NAdam: momentum's adds gradients "
        "up, v ← μ·v + g, without 1 - μ.",
        stepping(lambda v, old, g, mu, t: mu * v + (1 - mu) * g, averaged),
    ),
    WrongRule(
        "dampened gradient",
        "The gradient enters the velocity dampened, with 1 - μ: that is a running mean, whose "
        "steps are 1 - μ times as long as momentum's.",
        partial(follow_velocity, remember=averaged),
    ),
    WrongRule(
        "dampened gradient",
        "After the first step the gradient enters the velocity dampened, with 1 - μ: that is a "
        "running mean, where momentum adds gradients up.",
        library_dampening,
    ),
    WrongRule(
        "dampened gradient",
        "After the first step the gradient is dampened by {dampening:.4g} here: it enters the "
        "velocity whole.",
        library_dampening,
        second_step_dampening,
    ),
    WrongRule(
        "dampened gradient",
        "After the first step the gradient is dampened by 1 - μ here: it enters the velocity "
        "whole.",
        lambda start, given, lr, momentum: library_dampening(
            start, given, lr, momentum, 1 - momentum
        ),
    ),
    WrongRule(
        "no momentum",
        "These are the steps of plain SGD, lr·g: no velocity is carried from one step to the next.",
        stepping(lambda v, old, g, mu, t: g),
    ),
    WrongRule(
        "only the last gradient",
        "Only the last gradient is remembered here: the velocity holds all earlier ones, each "
        "faded by μ once a step.",
        stepping(lambda v, old, g, mu, t: g + mu * old, lambda v, g, mu: g),
    ),
    WrongRule(
        "velocity used before its update",
        "These steps use the velocity from before its update, and so lag one gradient behind.",
        stepping(lambda v, old, g, mu, t: old),
    ),
    WrongRule(
        "learning rate applied twice",
        "The learning rate is applied twice, in the velocity and in the step: once is enough.",
        lr_twice,
    ),
    WrongRule(
        "gradient applied twice",
        "These steps subtract lr·g besides lr·v: the gradient is in the velocity already.",
        stepping(lambda v, old, g, mu, t: v + g),
    ),
    WrongRule(
        "climbs",
        "These are momentum's steps with the wrong sign: they climb, and a loss is descended.",
        stepping(lambda v, old, g, mu, t: -v),
    ),
    WrongRule(
        "velocity with the wrong sign",
        "The old velocity is subtracted from the gradient here: it goes on in its direction.",
        partial(follow_velocity, remember=lambda v, g, mu: g - mu * v),
    ),
    WrongRule(
        "μ and 1 - μ swapped",
        "μ weights the gradient here, and 1 - μ the old velocity: it is μ that the velocity is "
        "kept with.",
        partial(follow_velocity, remember=lambda v, g, mu: (1 - mu) * v + mu * g),
    ),
    *NESTEROV_RULES,
    *SCALE_RULES,
    WrongRule(
        "velocity updated twice",
        "Each gradient enters the velocity twice here: it is updated once a step.",
        partial(follow_velocity, remember=lambda v, g, mu: classical(classical(v, g, mu), g, mu)),
    ),
    WrongRule(
        "kept with 1 - μ",
        "1 - μ weights the old velocity here: it is μ that the velocity is kept with, so pass "
        "momentum on as it is.",
        partial(follow_velocity, remember=lambda v, g, mu: (1 - mu) * v + g),
    ),
    WrongRule(
        "velocity never fades",
        "The old velocity is kept whole here, and μ weights the gradient: it is μ that the "
        "velocity is kept with.",
        partial(follow_velocity, remember=lambda v, g, mu: v + mu * g),
    ),
    WrongRule(
        "velocity never fades",
        "The old velocity is kept whole here, and the gradients add up: μ times it is kept.",
        partial(follow_velocity, remember=lambda v, g, mu: v + g),
    ),
    WrongRule(
        "gradient weighted by μ",
        "μ weights the gradient here as well as the old velocity: the gradient enters it whole.",
        partial(follow_velocity, remember=lambda v, g, mu: mu * (v + g)),
    ),
    WrongRule(
        "velocity bias-corrected",
        "The velocity is divided by 1 - μ^t here: that correction is Adam's, where moments are "
        "averages; a velocity is a sum.",
        stepping(lambda v, old, g, mu, t: v / (1 - mu**t)),
    ),
    WrongRule(
        "velocity bias-corrected",
        "The velocity is an average that is divided by 1 - μ^t here: that is Adam's first moment; "
        "a velocity is a sum.",
        stepping(lambda v, old, g, mu, t: v / (1 - mu**t), averaged),
    ),
    WrongRule(
        "sign of the gradient",
        "Only the gradient's sign enters the velocity here: its size counts as well.",
        partial(follow_velocity, remember=lambda v, g, mu: mu * v + np.sign(g)),
    ),
    WrongRule(
        "sign of the gradient",
        "Only the velocity's sign is stepped with here: its size counts as well.",
        stepping(lambda v, old, g, mu, t: np.sign(v)),
    ),
    WrongRule(
        "gradient squared",
        "The gradients' squares enter the velocity here, and lose their sign: it takes the "
        "gradients themselves.",
        partial(follow_velocity, remember=lambda v, g, mu: mu * v + g**2),
    ),
    WrongRule(
        "one velocity for all entries",
        "A parameter has one number as its velocity here, the mean over its entries: each entry "
        "has its own.",
        partial(follow_velocity, remember=lambda v, g, mu: mu * v + g.mean()),
    ),
    WrongRule(
        "momentum taken for weight decay",
        "momentum acts as a weight decay here, and no velocity is kept: pass it on by name.",
        lambda start, given, lr, momentum: follow_velocity(
            start, given, lr, momentum, decay=momentum, step=lambda v, old, g, mu, t: g
        ),
    ),
    WrongRule(
        "momentum taken for dampening",
        "momentum acts as the dampening here, beside a momentum of {mu:g}: pass it on by name.",
        lambda start, given, lr, momentum, mu: library_dampening(start, given, lr, mu, momentum),
        lambda trial: iter({"mu": mu} for mu in (0.9, 0.99, 0.95, 0.8, 0.5)),
    ),
    WrongRule(
        "RMSprop",
        "Steps are divided by the root of averaged squares here, as RMSprop does: momentum scales "
        "by lr alone.",
        squares,
    ),
    WrongRule(
        "Adam in place of momentum",
        "These are Adam's steps: momentum keeps one velocity, and divides by nothing.",
        lambda start, given, lr, momentum: adam_steps(start, given, lr),
    ),
    WrongRule(
        "Adam in place of momentum",
        "These are Adam's steps, with momentum as β1: momentum keeps one velocity, and divides by "
        "nothing.",
        lambda start, given, lr, momentum: adam_steps(start, given, lr, memory=momentum),
    ),
    WrongRule(
        "first gradient lost",
        "The first gradient is lost after its step, as where the velocity is p.grad itself, which "
        "is zeroed or overwritten: keep p.grad.clone().",
        first_gradient_lost,
    ),
    WrongRule(
        "weight decay",
        "A weight decay of {decay:.4g} is added to the gradients here: momentum alone has none.",
        follow_velocity,
        usual_decays,
    ),
    WrongRule(
        "momentum ignored",
        "These are steps with a momentum of {own_mu:.4g}, whatever is passed as momentum.",
        with_own_mu,
        second_step_mu,
    ),
    WrongRule(
        "learning rate ignored",
        "These are steps with a learning rate of {own_lr:.4g}, whatever is passed as lr.",
        with_own_lr,
        own_lr,
    ),
    WrongRule(
        "both arguments ignored",
        "These are steps with lr={own_lr:.4g} and momentum={own_mu:.4g}, whatever is passed: use "
        "both arguments.",
        with_own_both,
        both_steps,
    ),
    *other_optimizers(
        "SGD with momentum",
        *("Adagrad", "Adadelta", "Rprop", "Adamax", "RMSprop", "ASGD"),
        passed_on={"momentum": "memory"},
    ),
)

DEFAULTS = {"lr": 0.01, "momentum": 0.9}
WRONG_DEFAULTS = (
    wrong_default(follow_velocity, DEFAULTS, "lr", own_lr),
    wrong_default(follow_velocity, DEFAULTS, "momentum", second_step_mu),
)
WRONG_WHOLES = (
    WrongWhole(
        "one velocity for a shape",
        "Parameters of the same shape share a velocity here: each parameter has its own.",
        velocity_by_shape,
    ),
)
