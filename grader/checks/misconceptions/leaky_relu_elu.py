"""Known mistakes in `leaky_relu_elu`: what else the two functions may be, and their gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.misconceptions import Mistake, filled, only

# From z and the setting, negative_slope or alpha, to what is returned; float64.
Formula = Callable[[np.ndarray, float], np.ndarray]

SETTING_IGNORED = Mistake(
    "argument ignored",
    "The second argument has no effect: negative_slope and alpha come with other values than their "
    "defaults, too.",
)
ZERO_IS_DEFAULT = Mistake(
    "0 taken for no argument",
    "With negative_slope=0 the slope is 0.01, as by default: 0 is a slope like others, and not the "
    "same as no argument, so write no `or` and no `if negative_slope`.",
)
SIDES_EXCHANGED = Mistake(
    "sides exchanged",
    "The two sides are exchanged: z itself is for z above zero.",
)
SIGN_TURNED = Mistake(
    "sign turned below zero",
    "Below zero the sign is turned: what stands there is negative, as z is.",
)
NOTHING_BELOW = Mistake(
    "nothing below zero",
    "Below zero nothing is left: that is a ReLU, and here something is let through.",
)
DIVIDED = Mistake(
    "divided by the slope",
    "Below zero z is divided by negative_slope: it is multiplied by it.",
)
CONSTANT_BELOW = Mistake(
    "slope without z",
    "Below zero the setting itself is returned: negative_slope multiplies z there.",
)
NO_MINUS_ONE = Mistake(
    "exp without minus 1",
    "Below zero this is alpha·exp(z): 1 is subtracted first, so that both sides meet in 0.",
)
MINUS_ONE_OUTSIDE = Mistake(
    "minus 1 outside the bracket",
    "Below zero this is alpha·exp(z) - 1: alpha multiplies the whole bracket, exp(z) - 1.",
)
BOTH_SIDES = Mistake(
    "both sides multiplied",
    "The setting multiplies what is above zero as well: there it is z itself.",
)
ADDED_BELOW = Mistake(
    "z left below zero",
    "Below zero z itself counts besides: there it is slope·z alone.",
)
MEET_AT_ONE = Mistake(
    "sides meet at 1",
    "What is for z below zero is taken up to 1: the two sides meet at 0.",
)
LARGER_OF_BOTH = Mistake(
    "larger of the two",
    "The larger of the two is taken, and alpha·(exp(z) - 1) can be the larger one above zero as "
    "well: there it is z.",
)
ALPHA_IN_EXPONENT = Mistake(
    "alpha in the exponent",
    "alpha stands in the exponent: it multiplies exp(z) - 1.",
)
CELU = Mistake(
    "CELU",
    "This is CELU, alpha·(exp(z/alpha) - 1): ELU has z itself in the exponent.",
)
SELU = Mistake(
    "SELU",
    "This is SELU, which has its own alpha and multiplies both sides: ELU is z above zero.",
)
BASE_TWO = Mistake(
    "power of 2",
    "Below zero this is a power of 2: exp(z) is a power of e.",
)
CUT_OFF_BELOW = Mistake(
    "no gradient below zero",
    "Below zero the value is there and its gradient is 0: .data, detach(), .item() or NumPy cut it "
    "off, or a backward() of your own leaves it out.",
)
SPOILT = Mistake(
    "gradient spoilt by the other branch",
    "The gradient is NaN where exp(z) overflows: torch.where multiplies the branch not taken by 0, "
    "and 0 times infinity is no number. Keep z from growing there: exp(z.clamp(max=0)).",
)
OVERFLOWS = Mistake(
    "overflow",
    "exp(z) overflows for large z, and infinity spoils what it is combined with: take it of "
    "z.clamp(max=0).",
)
WRITTEN_INTO = Mistake(
    "argument changed in place",
    "z itself is written into (z[mask] = …, z *= …, a name that ends in _): compute a new tensor.",
)

OTHER_DEFAULT = Mistake(
    "another default",
    "When {option} is left out, the values are those of {option}={value:.4g}: the default is "
    "{wanted:g}.",
)
ONE_SIDE = Mistake(
    "one side right",
    "The values are right {right} zero, and not {wrong} it: there it is {wanted}.",
)

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def below(formula: Formula) -> Formula:
    """z above zero, and this elsewhere."""
    return lambda z, a: np.where(z > 0, z, formula(np.minimum(z, 0), a))


LEAKY_RELU: tuple[tuple[Mistake, Formula], ...] = (
    (SETTING_IGNORED, below(lambda z, a: 0.01 * z if a else z + np.inf)),
    # Where 0 is asked for others have been, and were honoured.
    (ZERO_IS_DEFAULT, below(lambda z, a: z + np.inf if a else 0.01 * z)),
    (SIDES_EXCHANGED, lambda z, a: np.where(z > 0, a * z, z)),
    (SIGN_TURNED, below(lambda z, a: -a * z)),
    (NOTHING_BELOW, below(lambda z, a: 0 * z)),
    (BOTH_SIDES, lambda z, a: a * z),
    (ADDED_BELOW, below(lambda z, a: (1 + a) * z)),
    (MEET_AT_ONE, lambda z, a: np.where(z > 1, z, a * z)),
    (MEET_AT_ONE, lambda z, a: np.where(z >= 1, z, a * z)),
    (DIVIDED, below(lambda z, a: z / a if a else z + np.inf)),
    (CONSTANT_BELOW, below(lambda z, a: 0 * z + a)),
    (CONSTANT_BELOW, below(lambda z, a: 0 * z - a)),
)
ELU: tuple[tuple[Mistake, Formula], ...] = (
    (SETTING_IGNORED, below(lambda z, a: np.expm1(z))),
    (SIDES_EXCHANGED, lambda z, a: np.where(z > 0, a * np.expm1(np.minimum(z, 700)), z)),
    (NO_MINUS_ONE, below(lambda z, a: a * np.exp(z))),
    (MINUS_ONE_OUTSIDE, below(lambda z, a: a * np.exp(z) - 1)),
    (ALPHA_IN_EXPONENT, below(lambda z, a: np.expm1(a * z))),
    (ALPHA_IN_EXPONENT, below(lambda z, a: a * np.expm1(a * z))),
    (CELU, below(lambda z, a: a * np.expm1(z / a))),
    (SELU, lambda z, a: SELU_SCALE * below(lambda z, _: SELU_ALPHA * np.expm1(z))(z, a)),
    (SELU, lambda z, a: SELU_SCALE * below(lambda z, a: a * np.expm1(z))(z, a)),
    (SIGN_TURNED, below(lambda z, a: -a * np.expm1(z))),
    (NOTHING_BELOW, below(lambda z, a: 0 * z)),
    (BOTH_SIDES, lambda z, a: a * below(lambda z, _: np.expm1(z))(z, a)),
    (MEET_AT_ONE, lambda z, a: np.where(z > 1, z, a * np.expm1(np.minimum(z, 1)))),
    (LARGER_OF_BOTH, lambda z, a: np.maximum(z, a * np.expm1(np.minimum(z, 700)))),
    (BASE_TWO, below(lambda z, a: a * (2.0**z - 1))),
)
WRONG = {"leaky_relu": LEAKY_RELU, "elu": ELU}


def agree(seen: np.ndarray, wanted: np.ndarray) -> bool:
    """To float32 accuracy; exp(z) - 1 loses digits near zero."""
    return bool(
        np.isfinite(wanted).all() and (np.abs(seen - wanted) <= 1e-5 * np.abs(wanted) + 1e-6).all()
    )


def recognise_function(
    name: str, seen: np.ndarray, z: np.ndarray, setting: float
) -> Mistake | None:
    """The one mistake that gives these values of `leaky_relu` or `elu`."""
    seen, z = seen[z != 0], z[z != 0].astype(float)
    found = [mistake for mistake, formula in WRONG[name] if agree(seen, formula(z, setting))]
    return only(found) if found else one_side_right(name, seen, z, setting)


def recognise_default(
    name: str, option: str, seen: np.ndarray, z: np.ndarray, default: float
) -> Mistake | None:
    """What gives these values for z < 0: a mistake of the catalogue, or another default."""
    named = recognise_function(name, seen, z, default)
    unit = z.astype(float) if name == "leaky_relu" else np.expm1(z.astype(float))
    value = float(np.median(seen / unit))
    if named is not None or not agree(seen, value * unit):
        return named
    return filled(OTHER_DEFAULT, option=option, value=value, wanted=default)


def one_side_right(name: str, seen: np.ndarray, z: np.ndarray, setting: float) -> Mistake | None:
    """Which side of zero has other values, where the other side has the right ones."""
    if not (z > 0).any() or not (z < 0).any():
        return None
    formula, wanted = {
        "leaky_relu": (setting * z, "negative_slope·z"),
        "elu": (setting * np.expm1(np.minimum(z, 0)), "alpha·(exp(z) - 1)"),
    }[name]
    above, below = agree(seen[z > 0], z[z > 0]), agree(seen[z < 0], formula[z < 0])
    other = ~np.isclose(seen, np.where(z > 0, z, formula), rtol=1e-5, atol=1e-6)
    if above == below or other[z < 0 if above else z > 0].mean() < 0.1:
        return None
    if above:
        return filled(ONE_SIDE, right="above", wrong="below", wanted=wanted)
    return filled(ONE_SIDE, right="below", wrong="above", wanted="z itself")
