"""Steps by two moments: Adam's, its relatives' and its wrong ones'; and their constants, as a trial
shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from grader.checks.kit.optimizers import Trial, agrees
from grader.checks.misconceptions.shared.steps import Constants, gradients, moves, ratio, roundings

BETA_1, BETA_2, EPS = 0.9, 0.999, 1e-8

# From m, v, g and t, counted from 1, to what is subtracted, but for lr.
Direction = Callable[[np.ndarray, np.ndarray, np.ndarray, int], np.ndarray]


def direction(
    m: np.ndarray,
    v: np.ndarray,
    _: np.ndarray,
    t: int,
    *,
    beta_1: float = BETA_1,
    beta_2: float = BETA_2,
    eps: float = EPS,
) -> np.ndarray:
    """m̂ / (√v̂ + ε)."""
    return m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps)


def follow_moments(
    start: np.ndarray,
    given: list[np.ndarray],
    lr: float,
    *,
    direct: Direction = direction,
    beta_1: float = BETA_1,
    beta_2: float = BETA_2,
    square: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda g, m: g**2,
    penalty: float = 0.0,
    shrink: float = 0.0,
) -> list[np.ndarray]:
    """Adam, but for what is passed.

    Args:
        square: what v averages, from g and the new m.
        penalty: times p is added to the gradient, as L2 regularisation does.
        shrink: times lr·p is subtracted from p first, as AdamW does.
    """
    p, m, v, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64) + penalty * p
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * square(g, m)
        p = p - lr * shrink * p - lr * direct(m, v, g, t)
        way.append(p)
    return way


def directed(direct: Direction) -> Callable[..., list[np.ndarray]]:
    return partial(follow_moments, direct=direct)


def with_weights(
    start: np.ndarray, given: list[np.ndarray], lr: float, keep_1: float, keep_2: float
) -> list[np.ndarray]:
    p, m, v, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64)
        m, v = keep_1 * m + (1 - BETA_1) * g, keep_2 * v + (1 - BETA_2) * g**2
        p = p - lr * direction(m, v, g, t)
        way.append(p)
    return way


def with_betas(
    start: np.ndarray, given: list[np.ndarray], lr: float, beta_1: float, beta_2: float
) -> list[np.ndarray]:
    direct = partial(direction, beta_1=beta_1, beta_2=beta_2)
    return follow_moments(start, given, lr, direct=direct, beta_1=beta_1, beta_2=beta_2)


def with_eps(start: np.ndarray, given: list[np.ndarray], lr: float, eps: float) -> list[np.ndarray]:
    return follow_moments(start, given, lr, direct=partial(direction, eps=eps))


def with_own_lr(
    start: np.ndarray, given: list[np.ndarray], lr: float, own_lr: float
) -> list[np.ndarray]:
    return follow_moments(start, given, own_lr)


def amsgrad(start: np.ndarray, given: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """Reddi et al. 2018, as PyTorch writes it: the largest v so far divides."""
    largest = np.zeros(start.shape)

    def direct(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: int) -> np.ndarray:
        np.maximum(largest, v, out=largest)
        return direction(m, largest, g, t)

    return follow_moments(start, given, lr, direct=direct)


def nadam(start: np.ndarray, given: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """Dozat 2016, as PyTorch writes it."""
    product = 1.0

    def mu(t: int) -> float:
        return BETA_1 * (1 - 0.5 * 0.96 ** (t * 4e-3))

    def direct(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: int) -> np.ndarray:
        nonlocal product
        product *= mu(t)
        ahead = (1 - mu(t)) / (1 - product) * g + mu(t + 1) / (1 - product * mu(t + 1)) * m
        return ahead / (np.sqrt(v / (1 - BETA_2**t)) + EPS)

    return follow_moments(start, given, lr, direct=direct)


def radam(start: np.ndarray, given: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """Liu et al. 2020, as PyTorch writes it: at first it steps as momentum does."""
    most = 2 / (1 - BETA_2) - 1

    def direct(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: int) -> np.ndarray:
        length = most - 2 * t * BETA_2**t / (1 - BETA_2**t)
        if length <= 5:
            return m / (1 - BETA_1**t)
        share = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)
        return np.sqrt(share) * direction(m, v, g, t)

    return follow_moments(start, given, lr, direct=direct)


def adabelief(start: np.ndarray, given: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """Zhuang et al. 2020: what averages is the square of g - m."""
    return follow_moments(start, given, lr, square=lambda g, m: (g - m) ** 2)


def rmsprop(
    start: np.ndarray, given: list[np.ndarray], lr: float, alpha: float, mu: float = 0.0
) -> list[np.ndarray]:
    """As PyTorch writes it; with a momentum `mu`, a velocity of such steps."""
    velocity = np.zeros(start.shape)

    def direct(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: int) -> np.ndarray:
        np.add(mu * velocity, g / (np.sqrt(v) + EPS), out=velocity)
        return velocity.copy()

    return follow_moments(start, given, lr, beta_2=alpha, direct=direct)


def centred_rmsprop(
    start: np.ndarray, given: list[np.ndarray], lr: float, alpha: float
) -> list[np.ndarray]:
    """RMSprop that divides by the root of a variance, as PyTorch writes it."""
    mean = np.zeros(start.shape)

    def direct(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: int) -> np.ndarray:
        mean[...] = alpha * mean + (1 - alpha) * g
        return g / (np.sqrt(np.maximum(v - mean**2, 0)) + EPS)

    return follow_moments(start, given, lr, beta_2=alpha, direct=direct)


def before_update(
    start: np.ndarray,
    given: list[np.ndarray],
    lr: float,
    *,
    old_m: bool,
    old_v: bool,
    old_t: bool = False,
) -> list[np.ndarray]:
    """Moments, and t where it is `old_t`, are used as they were before the step's gradient."""
    m_before, v_before = np.zeros((2, *start.shape))

    def direct(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: int) -> np.ndarray:
        of_m, of_v = m_before.copy() if old_m else m, v_before.copy() if old_v else v
        used = direction(of_m, of_v, g, max(t - 1, 1) if old_t else t)
        m_before[...], v_before[...] = m, v
        return used

    return follow_moments(start, given, lr, direct=direct)


def corrected_stored(
    start: np.ndarray, given: list[np.ndarray], lr: float, *, keep_m: bool, keep_v: bool
) -> list[np.ndarray]:
    """The corrected moments, or one of them, are kept in place of the moments."""
    p, m, v, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64)
        m = BETA_1 * m + (1 - BETA_1) * g
        v = BETA_2 * v + (1 - BETA_2) * g**2
        m_hat, v_hat = m / (1 - BETA_1**t), v / (1 - BETA_2**t)
        p = p - lr * m_hat / (np.sqrt(v_hat) + EPS)
        m, v = m_hat if keep_m else m, v_hat if keep_v else v
        way.append(p)
    return way


def root_stored(
    start: np.ndarray, given: list[np.ndarray], lr: float, *, whole: bool
) -> list[np.ndarray]:
    """v's root is kept in its place; `whole`: √v̂ + ε, all that is divided by."""
    p, m, v, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64)
        m = BETA_1 * m + (1 - BETA_1) * g
        root = np.sqrt(BETA_2 * v + (1 - BETA_2) * g**2)
        divisor = root / np.sqrt(1 - BETA_2**t) + EPS
        p = p - lr * m / (1 - BETA_1**t) / divisor
        v = divisor if whole else root
        way.append(p)
    return way


def squares_summed(
    start: np.ndarray, given: list[np.ndarray], lr: float, *, correct_m: bool, correct_v: bool
) -> list[np.ndarray]:
    """v adds up all squares so far, and forgets none."""
    total = np.zeros(start.shape)

    def direct(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: int) -> np.ndarray:
        np.add(total, g**2, out=total)
        m_hat = m / (1 - BETA_1**t) if correct_m else m
        v_hat = total / (1 - BETA_2**t) if correct_v else total
        return m_hat / (np.sqrt(v_hat) + EPS)

    return follow_moments(start, given, lr, direct=direct)


def one_added(start: np.ndarray, given: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """m is averaged as β1·m + 1 - β1·g."""
    p, m, v, way = start.astype(np.float64), *np.zeros((2, *start.shape)), []
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64)
        m = BETA_1 * m + 1 - BETA_1 * g
        v = BETA_2 * v + (1 - BETA_2) * g**2
        p = p - lr * direction(m, v, g, t)
        way.append(p)
    return way


def started_from_one(start: np.ndarray, given: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """v is 1 before the first step."""
    return directed(lambda m, v, g, t: direction(m, v + BETA_2**t, g, t))(start, given, lr)


def t_counts_parameters(trial: Trial, *, anew: bool = False) -> bool:
    """Whether t goes on with each parameter in place of each step; `anew` in each step."""
    count = 0 if anew else len(trial.followed)

    def counted(first: int) -> Callable[..., list[np.ndarray]]:
        return directed(lambda m, v, g, t: direction(m, v, g, (t - 1) * count + first))

    return all(
        agrees(start, seen, counted(number)(start, given, **trial.options))
        for number, (start, seen, given) in enumerate(trial.followed, start=1)
    )


def started_from_gradient(
    start: np.ndarray, given: list[np.ndarray], lr: float, *, corrected: bool
) -> list[np.ndarray]:
    """m and v are the first gradient and its square, before they take it."""
    p, way = start.astype(np.float64), []
    m, v = given[0].astype(np.float64), given[0].astype(np.float64) ** 2
    for t, gradient in enumerate(given, start=1):
        g = gradient.astype(np.float64)
        m = BETA_1 * m + (1 - BETA_1) * g
        v = BETA_2 * v + (1 - BETA_2) * g**2
        p = p - lr * (direction(m, v, g, t) if corrected else m / (np.sqrt(v) + EPS))
        way.append(p)
    return way


def momentum(start: np.ndarray, given: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """SGD with a momentum of 0.9."""
    return directed(lambda m, v, g, t: m / (1 - BETA_1))(start, given, lr)


# ---------------------------------------------------------------- constants


def first_step_lr(trial: Trial) -> Iterator[Constants]:
    """Adam's first step is lr·g / (|g| + ε)."""
    signs = [g / (np.abs(g) + EPS) for g in gradients(trial, 0)]
    seen = ratio(moves(trial, 0), signs)
    return (c for c in roundings("own_lr", seen) if c["own_lr"] not in (0.0, trial.options["lr"]))


def second_step_betas(trial: Trial) -> Iterator[Constants]:
    """One beta at a time from the second step, the other being right; then both swapped."""
    lr = trial.options["lr"]
    d, g_1, g_2 = (
        np.concatenate([x.ravel() for x in arrays])
        for arrays in (moves(trial, 1), gradients(trial, 0), gradients(trial, 1))
    )
    # m̂ = (β1·g1 + g2)/(1 + β1), v̂ = (β2·g1² + g2²)/(1 + β2), d = lr·m̂/(√v̂ + ε)
    m = d * (np.sqrt((BETA_2 * g_1**2 + g_2**2) / (1 + BETA_2)) + EPS) / lr
    v = (lr * (BETA_1 * g_1 + g_2) / (1 + BETA_1) / d - EPS) ** 2
    for constants in roundings("rest", 1 - ratio([g_2 - m], [m - g_1])):
        if 0 < constants["rest"] < 0.99:  # with β1 = 0 the first moment is the gradient
            yield {"beta_1": 1 - constants["rest"], "beta_2": BETA_2}
    fitted = np.median((g_2**2 - v) / (v - g_1**2))
    for beta_2 in (0.99, 0.9999, 0.95, 0.98, 0.9, 0.995, 0.99999, fitted):
        yield {"beta_1": BETA_1, "beta_2": float(beta_2)}


def usual_decays(_: Trial) -> Iterator[Constants]:
    """Weight decays that are in use."""
    return ({"decay": c * 10.0**-k} for k in (2, 3, 4, 1, 0, 5) for c in (1, 5, 2, 3))


def weights_apart(_: Trial) -> Iterator[Constants]:
    """A weight of an old moment mistyped, so that its two do not add up to 1."""
    yield from ({"keep_1": keep, "keep_2": BETA_2} for keep in (0.99, 0.999, 0.09, 0.95, 0.8))
    yield from ({"keep_1": BETA_1, "keep_2": keep} for keep in (0.99, 0.9, 0.9999, 0.95))


def usual_betas(_: Trial) -> Iterator[Constants]:
    """Pairs that are in use elsewhere, both other than those asked for."""
    pairs: tuple[tuple[float, float], ...] = (
        (0.5, 0.9),
        (0.95, 0.99),
        (0.9, 0.95),
        (0.8, 0.99),
        (0.99, 0.9),
        (0.95, 0.95),
    )
    pairs += ((0.9, 0.9), (0.99, 0.9999), (0.95, 0.9999), (0.0, 0.99), (0.5, 0.5), (0.8, 0.9))
    return ({"beta_1": beta_1, "beta_2": beta_2} for beta_1, beta_2 in pairs)


def recent_decay(trial: Trial) -> Iterator[Constants]:
    """What a first step of AdamW shrinks p by, over lr."""
    lr = trial.options["lr"]
    rest = [
        d / lr - g / (np.abs(g) + EPS)
        for d, g in zip(moves(trial, 0), gradients(trial, 0), strict=True)
    ]
    starts = [start.astype(np.float64) for start, _, _ in trial.followed]
    return (c for c in roundings("decay", ratio(rest, starts)) if c["decay"])
