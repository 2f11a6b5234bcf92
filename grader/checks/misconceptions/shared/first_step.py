"""What an optimizer's first step shows where no known mistake explains it: what it adds up, where
it is cut off, or which power of the gradient it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from grader.checks.kit.optimizers import Rule, Trial
from grader.checks.misconceptions import Mistake, filled

ONE_NUMBER = Mistake(
    "one number for all entries",
    "Besides {base} each step adds one and the same number for all entries of a parameter, such as "
    "a sum, a mean or a norm over them: the rule takes each entry by itself.",
)
SAME_NUMBER = Mistake(
    "one number for all parameters",
    "Besides {base} the first step adds lr·{number:.3g} to every entry of every parameter: what is "
    "carried from step to step starts at 0, not at 1, and nothing else is added.",
)
ALIKE = Mistake(
    "one step for all entries",
    "All entries of a parameter move by the same number, as where its gradient is averaged or "
    "summed up: the rule takes each entry by itself.",
)
OTHER_TERMS = Mistake(
    "other terms",
    "Step 1 is lr·({seen}) here, entry by entry, and should be {first}{decay}.",
)
NUMBER_ADDED = Mistake(
    "other terms",
    "{told} One number is added to every entry, as by what stands outside its brackets.",
)
DECAY_BESIDES = Mistake(
    "weight decay besides",
    "Besides what the rule says, the first step takes {decay:.3g}·lr·p off {which}: a weight "
    "decay, or a factor on p, which is not asked for here.",
)
OWN_DECAYS = Mistake(
    "each parameter decays by a number of its own",
    "What is added to the gradient is λ·p times a number, and each parameter has its own, such as "
    "{one:.3g} and {other:.3g}: a norm, a mean or a size scales it, and nothing should.",
)
OTHER_DECAY = Mistake(
    "another function of p",
    "What is added to the gradient is not λ·p, but grows otherwise with p: {seen}.",
)
ENTRIES_CUT = Mistake(
    "entries cut off",
    "No entry gets beyond ±{limit:g}: parameters are cut off after the step, by a clamp or a norm, "
    "which the rule does not do.",
)
ROWS_SHORTENED = Mistake(
    "rows shortened",
    "No row of weights is longer than {limit:g} after the step: rows are scaled down to a largest "
    "norm, which the rule does not do.",
)
MOVES_CUT = Mistake(
    "steps cut off",
    "No entry moves by more than {limit:.3g}·lr: large gradients or steps are cut off, which the "
    "rule takes as they are.",
)
OWN_FACTORS = Mistake(
    "each parameter scaled by itself",
    "Within a parameter the steps are right but for one factor, and each parameter has another, "
    "such as {one:.3g} and {other:.3g}: a norm, a mean, a size or a count that goes on from one to "
    "the next scales them.",
)
FIRST_STEP_OTHER = Mistake(
    "first step wrong",
    "The first step is another one already: with nothing to remember yet it is {first}. Work it "
    "out for one number by hand, and compare what step() makes of that.",
)
FIRST_STEP_POWER = Mistake(
    "another power of the gradient",
    "The first step grows {seen}: with nothing to remember yet it is {first}. Look at roots and "
    "squares.",
)


def describe_first_step(rule: Rule, trials: Sequence[Trial], first: str) -> Mistake:
    """What the first step shows that is not `rule`'s; `first` is what it should be, in words."""
    return (
        decay_besides(rule, trials)
        or describe_terms(trials, first)
        or own_factors(rule, trials)
        or first_step_power(trials, first)
        or filled(FIRST_STEP_OTHER, first=first)
    )


def decay_besides(rule: Rule, trials: Sequence[Trial]) -> Mistake | None:
    """Where the first step is `rule`'s, but for a share of p that some or all parameters lose."""
    if any("weight_decay" in trial.options for trial in trials):
        return None
    shown = []  # for each parameter its share, what would be seen of one, and its dimensions
    for trial in trials:
        lr = trial.options["lr"]
        for start, way, gradients in trial.followed:
            p = start.ravel().astype(np.float64)
            more = (rule(start, gradients[:1], **trial.options)[0] - way[0]).ravel() / lr
            largest = float(np.abs(p).max(initial=0))
            rounding = 2.0**-20 * max(largest, float(np.abs(way[0]).max(initial=0))) / lr
            share = float(more @ p) / max(float(p @ p), 1e-300)
            if np.abs(more - share * p).max(initial=0) > 1e-3 * np.abs(more).max() + rounding:
                return None
            shown.append((share, 20 * rounding / max(largest, 1e-300), start.ndim))
    shares = [share for share, least, _ in shown if abs(share) > least]
    if not shares or min(shares) < 0.98 * max(shares) or min(shares) < 0:
        return None
    decay = float(np.median(shares))
    visible = [(abs(share) > least, ndim) for share, least, ndim in shown if least < abs(decay)]
    decayed, others = ({ndim for is_so, ndim in visible if is_so == kind} for kind in (True, False))
    which = "some parameters"
    if not others:
        which = "every parameter"
    elif max(others) <= 1 < min(decayed):
        which = "the weights, not the biases"
    return filled(DECAY_BESIDES, decay=decay, which=which)


def first_step_power(trials: Sequence[Trial], first: str) -> Mistake | None:
    """Where the first step is a power of the gradient."""
    told = []
    for trial in trials:
        _, g, moved, rounding = entries_of(trial)
        told.append(as_power(g, moved, rounding, "g"))
    return filled(FIRST_STEP_POWER, seen=told[0], first=first) if told and all(told) else None


def other_decay(trials: Sequence[Trial]) -> Mistake | None:
    """What the first step adds to the gradient, where that is another function of p alone: a
    straight line on either side of 0, or a power."""
    told = [as_lines(*added(trial)) or as_power(*added(trial)) for trial in trials]
    return filled(OTHER_DECAY, seen=told[0]) if told and all(told) else None


def own_decays(trials: Sequence[Trial]) -> Mistake | None:
    """Where the first step adds a share of p to the gradient, and each parameter has its own."""
    shares: list[float] = []
    for trial in trials:
        for way in trial.followed:
            p, more, rounding = added(replace(trial, followed=[way]))
            share = float(more @ p) / max(float(p @ p), 1e-300)
            if np.abs(more - share * p).max() > 1e-3 * np.abs(more).max() + rounding:
                return None
            shares.append(share / trial.options["weight_decay"])
    if not shares or max(shares) - min(shares) < 0.02 * max(map(abs, shares)):
        return None
    return filled(OWN_DECAYS, one=min(shares), other=max(shares))


def entries_of(trial: Trial) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """All parameters' entries and gradients, what the first step moves each entry by over lr, and
    what rounding makes of that."""
    lr = trial.options["lr"]
    p = np.concatenate([start.ravel() for start, _, _ in trial.followed]).astype(np.float64)
    g = np.concatenate([given[0].ravel() for _, _, given in trial.followed]).astype(np.float64)
    after = np.concatenate([way[0].ravel() for _, way, _ in trial.followed])
    rounding = 2.0**-20 * max(float(np.abs(p).max()), float(np.abs(after).max())) / lr
    return p, g, (p - after) / lr, rounding


def added(trial: Trial) -> tuple[np.ndarray, np.ndarray, float]:
    """All entries, what the first step moves each by over lr besides its gradient, and rounding."""
    p, g, moved, rounding = entries_of(trial)
    return p, moved - g, rounding


def as_lines(p: np.ndarray, more: np.ndarray, rounding: float) -> str | None:
    told = []
    for side, name in ((p > 0, "p > 0"), (p < 0, "p < 0")):
        columns = np.stack([p[side], np.ones(side.sum())], axis=1)
        slope, offset = np.linalg.lstsq(columns, more[side], rcond=None)[0]
        off = np.abs(columns @ (slope, offset) - more[side]).max(initial=0)
        if off > 1e-3 * np.abs(more[side]).max(initial=0) + rounding:
            return None
        told.append(f"{slope:.3g}·p {'-' if offset < 0 else '+'} {abs(offset):.3g} for {name}")
    return " and ".join(told)


def as_power(p: np.ndarray, more: np.ndarray, rounding: float, name: str = "p") -> str | None:
    clear = np.abs(more) > 20 * rounding
    if clear.sum() < 10 or (np.sign(more) != np.sign(p))[clear].any():
        return None
    sizes, grown = np.log(np.abs(p)), np.log(np.abs(more[clear]))
    power, factor = np.polyfit(sizes[clear], grown, 1)
    off = np.abs(np.exp(factor + power * sizes) - np.abs(more)).max()
    fits = off <= 1e-2 * np.abs(more).max() + rounding
    if not fits or np.allclose((factor, power), (0, 1), atol=1e-4):  # itself, but for little
        return None
    return f"as {np.exp(factor):.3g}·|{name}|^{power:.2g}, with {name}'s sign"


def rows_shortened(rule: Rule, trials: Sequence[Trial]) -> Mistake | None:
    """Where all rows of weights go where the first step takes them, but that those beyond one
    length, the same in all trials, end at that."""
    pairs = [
        (way[0].astype(np.float64), rule(start, gradients[:1], **trial.options)[0])
        for trial in trials
        if not trial.in_part
        for start, way, gradients in trial.followed
        if start.ndim == 2
    ]
    if not pairs:
        return None
    seen, asked = (
        np.concatenate([np.linalg.norm(each, axis=1) for each in rows])
        for rows in zip(*pairs, strict=True)
    )
    products = np.concatenate([(one * other).sum(axis=1) for one, other in pairs])
    limit = float(seen.max())
    beyond = asked > (1 + 1e-3) * limit
    along = np.abs(products - seen * asked) <= 1e-4 * seen * asked
    right = np.abs(seen - np.minimum(asked, limit)) <= 1e-4 * limit
    if limit > 0 and along.all() and right.all() and beyond.sum() > 2 and not beyond.all():
        return filled(ROWS_SHORTENED, limit=float(f"{limit:.3g}"))
    return None


def cut_off(rule: Rule, trials: Sequence[Trial]) -> Mistake | None:
    """Where several entries end at one and the same largest value, or step, or rows at one norm;
    all others are right in the first step."""
    for trial in trials:
        starts, seen, wanted = (
            np.concatenate([array.ravel() for array in arrays]).astype(np.float64)
            for arrays in zip(
                *(
                    (start, way[0], rule(start, gradients[:1], **trial.options)[0])
                    for start, way, gradients in trial.followed
                ),
                strict=True,
            )
        )
        for mistake, value, asked, unit in (
            (ENTRIES_CUT, seen, wanted, 1.0),
            (MOVES_CUT, seen - starts, wanted - starts, trial.options["lr"]),
        ):
            limit = np.abs(value).max()
            rounding = 2.0**-21 * np.abs(starts).max()
            at_limit = np.abs(np.abs(value) - limit) <= 1e-5 * limit + rounding
            rest_right = np.abs(value - asked)[~at_limit] <= 1e-4 * limit + rounding
            beyond = np.abs(asked[at_limit]) > (1 + 1e-3) * limit + rounding
            if at_limit.sum() > 2 and (~at_limit).any() and rest_right.all() and beyond.any():
                return filled(mistake, limit=float(f"{limit / unit:.4g}"))
    return rows_shortened(rule, trials)


def own_factors(rule: Rule, trials: Sequence[Trial]) -> Mistake | None:
    """Where each parameter's first step is the right one but for a factor of its own."""
    factors = []
    for trial in trials:
        for start, way, gradients in trial.followed:
            wanted = (start - rule(start, gradients[:1], **trial.options)[0]).ravel()
            moved = (start.astype(np.float64) - way[0]).ravel()
            factor = float(moved @ wanted) / max(float(wanted @ wanted), 1e-300)
            rounding = 2.0**-21 * max(float(np.abs(start).max()), float(np.abs(way[0]).max()))
            if np.abs(moved - factor * wanted).max() > 1e-3 * np.abs(moved).max() + rounding:
                return None
            factors.append(factor)
    one, other = min(factors), max(factors)
    apart = other - one > 0.02 * max(abs(one), abs(other))
    return filled(OWN_FACTORS, one=one, other=other) if apart else None


def describe_terms(trials: Sequence[Trial], first: str) -> Mistake | None:
    """What the first step adds up, entry by entry, in place of what it should."""
    with_decay = [trial for trial in trials if trial.options.get("weight_decay")]
    if with_decay and all(map(decays_right, with_decay)):
        return None  # what is wrong shows without one only
    if one_number(lambda p, g, decay: np.zeros_like(g), "", trials):
        return ALIKE
    found = one_number(lambda p, g, decay: g, "lr·g", trials)
    if with_decay and found is None:
        found = one_number(lambda p, g, decay: g + decay * p, "lr·(g + λ·p)", trials)
    found = found or other_terms(with_decay or trials, first)
    return found or other_decay(with_decay) or own_decays(with_decay)


def decays_right(trial: Trial) -> bool:
    """Whether the first step is lr·(g + λ·p)."""
    p, more, rounding = added(trial)
    off = np.abs(more - trial.options["weight_decay"] * p).max()
    return bool(off <= 1e-4 * np.abs(more).max() + rounding)


def one_number(
    base: Callable[[np.ndarray, np.ndarray, float], np.ndarray],
    name: str,
    trials: Sequence[Trial],
) -> Mistake | None:
    """Where all entries of a parameter move by lr times `base` and by one number more."""
    seen, told = False, []
    for trial in trials:
        lr, decay = trial.options["lr"], trial.options.get("weight_decay", 0.0)
        numbers = []
        for start, way, gradients in trial.followed:
            moved = (start - way[0]).astype(np.float64) - lr * base(start, gradients[0], decay)
            rounding = 2.0**-20 * max(float(np.abs(start).max()), float(np.abs(way[0]).max()))
            if np.ptp(moved) > 1e-3 * np.abs(moved).max() + rounding:
                return None
            seen |= bool(np.abs(moved).max() > 10 * rounding)
            numbers.append(float(moved.mean()) / lr)
        told.append(numbers)
    if seen and all(np.ptp(numbers) <= 1e-3 * np.abs(numbers).max() for numbers in told):
        return filled(SAME_NUMBER, base=name, number=told[0][0])
    return filled(ONE_NUMBER, base=name) if seen else None


TERMS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "g": lambda p, g: g,
    "p": lambda p, g: p,
    "p·g": lambda p, g: p * g,
    "p²": lambda p, g: p**2,
    "sign(p)": lambda p, g: np.sign(p),
    "|p|": lambda p, g: np.abs(p),
    "g²": lambda p, g: g**2,
    "sign(g)": lambda p, g: np.sign(g),
    "|g|": lambda p, g: np.abs(g),
}


def other_terms(trials: Sequence[Trial], first: str) -> Mistake | None:
    """What the first step is a sum of, entry by entry, where that is of TERMS and a number."""
    told = []
    for trial in trials:
        p, g, moved, rounding = entries_of(trial)
        terms = np.stack([*(term(p, g) for term in TERMS.values()), np.ones_like(p)], axis=1)
        weights = np.linalg.lstsq(terms, moved, rcond=None)[0]
        unseen = 1e-4 * np.abs(moved).max() + rounding
        if np.abs(terms @ weights - moved).max() > unseen:
            return None
        told.append(as_sum(np.where(np.abs(terms * weights).max(axis=0) > unseen, weights, 0)))
    if set(told) <= {"g"}:  # nothing was seen, or what is wrong is too small to be told
        return None
    decay = trials[0].options.get("weight_decay")
    summed = filled(
        OTHER_TERMS, seen=told[0], first=first, decay=f", λ being {decay:.3g}" if decay else ""
    )
    return filled(NUMBER_ADDED, told=summed.says) if ends_in_a_number(told[0]) else summed


def ends_in_a_number(terms: str) -> bool:
    """Whether something and a number are added up in what `as_sum` wrote."""
    *before, last = terms.split(" ")
    return bool(before) and not last.strip("0123456789.e+-")


def as_sum(weights: np.ndarray) -> str:
    """What TERMS and 1 are multiplied by, as a sum is written."""
    *parts, number = (f"{weight:.3g}" for weight in weights)
    terms = [
        name if part == "1" else f"{part}·{name}"
        for name, part in zip(TERMS, parts, strict=True)
        if abs(float(part)) > 1e-3
    ]
    if abs(float(number)) > 1e-3:
        terms.append(number)
    return " + ".join(terms).replace("+ -", "- ") or "0"
