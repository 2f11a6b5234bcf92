"""Nonlinearities by their values: in the hidden layer, or where none belongs, on the logits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from grader.checks.misconceptions import Mistake, filled, only

Constants = dict[str, float]


class Curve(NamedTuple):
    """An elementwise function other than ReLU; `constants` are read off points and values."""

    name: str
    says: str
    function: Callable[..., np.ndarray]
    constants: Callable[[np.ndarray, np.ndarray], Iterator[Constants]] = lambda z, a: iter([{}])


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def softplus(z: np.ndarray, beta: float = 1.0) -> np.ndarray:
    return np.logaddexp(0, beta * z) / beta


def elu(z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def gelu(z: np.ndarray) -> np.ndarray:
    return z / 2 * (1 + np.vectorize(math.erf)(z / math.sqrt(2)))


def rough_gelu(z: np.ndarray) -> np.ndarray:
    """Hendrycks & Gimpel 2016, arXiv:1606.08415: the approximation by tanh."""
    return z / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))


def slope(z: np.ndarray, a: np.ndarray) -> Iterator[Constants]:
    below = z < -1e-3
    for c in written("slope", np.median(a[below] / z[below])):
        if c["slope"] not in (0, 1, -1):
            yield c


def alpha(z: np.ndarray, a: np.ndarray) -> Iterator[Constants]:
    below = z < -1e-3
    return written("alpha", np.median(a[below] / np.expm1(z[below])))


def factor(z: np.ndarray, a: np.ndarray) -> Iterator[Constants]:
    above = z > 1e-3
    return (
        c for c in written("factor", np.median(a[above] / z[above])) if c["factor"] not in (0, 1)
    )


def top(z: np.ndarray, a: np.ndarray) -> Iterator[Constants]:
    return (c for c in written("top", a.max()) if c["top"] > 0)


def least(z: np.ndarray, a: np.ndarray) -> Iterator[Constants]:
    """Where a curve leaves 0: between the largest point at which it is 0 and the next one."""
    off = z[(z > 0) & (a == 0)]
    on = z[(z > 0) & (a > 0)]
    if off.size and on.size and off.max() < on.min():
        low, high = float(off.max()), float(on.min())
        digits = (float(f"{high:.{n}g}") for n in (1, 2, 3))
        yield from ({"least": c} for c in (*digits, low) if low <= c < high)


def least_value(z: np.ndarray, a: np.ndarray) -> Iterator[Constants]:
    is_reached = np.ptp(a) > 0 and a.min() > z.min() / 2
    return (c for c in written("least", a.min()) if is_reached and c["least"] != 0)


def shift(z: np.ndarray, a: np.ndarray) -> Iterator[Constants]:
    middle = (z > 100) & (z < 1000)
    return (c for c in written("shift", np.median((a - z)[middle])) if c["shift"] != 0)


def sharpness(z: np.ndarray, a: np.ndarray) -> Iterator[Constants]:
    """Softplus is log(2) / beta at 0."""
    middle = np.median(a[np.abs(z) < 1e-5])
    return written("beta", math.log(2) / middle if middle > 0 else np.inf)


def written(name: str, value: float) -> Iterator[Constants]:
    """`value` as people write constants: with one significant digit, two, and so on."""
    if np.isfinite(value):
        yield from ({name: float(f"{value:.{digits}g}")} for digits in (1, 2, 3, 4, 6))


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017

CURVES = (
    Curve(
        "no nonlinearity",
        "z goes through unchanged: without a nonlinearity two layers are no more than one.",
        lambda z: z,
    ),
    Curve(
        "leaky ReLU",
        "This is a leaky ReLU with a slope of {slope:.4g} for negative z: ReLU's is 0 there.",
        lambda z, slope: np.where(z > 0, z, slope * z),
        slope,
    ),
    Curve(
        "ELU",
        "This is ELU with alpha={alpha:.4g}, the baseline's kind of nonlinearity: it is negative "
        "for negative z, where ReLU is 0.",
        elu,
        alpha,
    ),
    Curve(
        "SELU",
        "This is SELU: it is negative for negative z and steeper than 1 for positive ones.",
        lambda z: SELU_SCALE * elu(z, SELU_ALPHA),
    ),
    Curve(
        "GELU",
        "This is GELU: it bends smoothly around 0, where ReLU has its corner.",
        gelu,
    ),
    Curve(
        "GELU",
        "This is GELU, by tanh: it bends smoothly around 0, where ReLU has its corner.",
        rough_gelu,
    ),
    Curve(
        "SiLU",
        "This is SiLU, z·sigmoid(z): it bends smoothly around 0, where ReLU has its corner.",
        lambda z: z * sigmoid(z),
    ),
    Curve(
        "softplus",
        "This is softplus with beta={beta:.4g}, a ReLU with a rounded corner: ReLU's is sharp.",
        softplus,
        sharpness,
    ),
    Curve(
        "tanh",
        "This is tanh: it levels off on both sides, where ReLU goes on with z.",
        np.tanh,
    ),
    Curve(
        "sigmoid",
        "This is the logistic sigmoid: it levels off on both sides, where ReLU goes on with z.",
        sigmoid,
    ),
    Curve(
        "clipped ReLU",
        "This is max(0, z) up to {top:.4g}, where it is cut off, as ReLU6 is: ReLU goes on with z.",
        lambda z, top: np.clip(z, 0, top),
        top,
    ),
    Curve(
        "hardtanh",
        "This is z between -1 and 1, cut off on both sides: ReLU is 0 below 0, and goes on with z.",
        lambda z: np.clip(z, -1, 1),
    ),
    Curve(
        "absolute value",
        "This is |z|: for negative z ReLU is 0.",
        np.abs,
    ),
    Curve(
        "min(0, z)",
        "This is min(0, z), which keeps what ReLU removes and removes what it keeps.",
        lambda z: np.minimum(z, 0),
    ),
    Curve(
        "squared ReLU",
        "This is max(0, z) squared: ReLU is z itself for positive z.",
        lambda z: np.maximum(z, 0) ** 2,
    ),
    Curve(
        "scaled ReLU",
        "This is {factor:.4g} times max(0, z): ReLU is z itself for positive z.",
        lambda z, factor: factor * np.maximum(z, 0),
        factor,
    ),
    Curve(
        "maximum with another number",
        "This is max({least:.4g}, z): ReLU takes the maximum of 0 and z.",
        lambda z, least: np.maximum(z, least),
        least_value,
    ),
    Curve(
        "shifted ReLU",
        "This is max(0, z {shift:+.4g}), whose corner is not at 0, as ReLU's is.",
        lambda z, shift: np.maximum(z + shift, 0),
        shift,
    ),
    Curve(
        "threshold above zero",
        "Positive z are cut off as well, up to {least:.3g}: ReLU's threshold is 0.",
        lambda z, least: np.where(z > least, z, 0),
        least,
    ),
)  # fmt: skip


def recognise_curve(z: np.ndarray, a: np.ndarray) -> Mistake | None:
    """The one curve of the catalogue that has the values `a` at the points `z`."""
    z, a = z.ravel().astype(np.float64), a.ravel().astype(np.float64)
    return only(_as_mistake(curve, z, a) for curve in CURVES)


def describe_curve(z: np.ndarray, a: np.ndarray) -> Mistake | None:
    """What the values `a` at points `z`, of neither sign only, are on either side of 0, where they
    are no curve of the catalogue."""
    z, a = z.ravel().astype(np.float64), a.ravel().astype(np.float64)
    below, above = line_of(z[z < 0], a[z < 0]), line_of(z[z > 0], a[z > 0])
    if below == above and below is not None and below.slope == 0:
        return filled(ONE_VALUE, value=below.told())
    if below is not None and above is not None:
        wrong = [
            f"{side} z come out as {line.told()} here, and ReLU {does}."
            for side, line, right, does in (
                ("Negative", below, RIGHT_BELOW, "makes them 0"),
                ("Positive", above, RIGHT_ABOVE, "leaves them as they are"),
            )
            if line != right
        ]
        return filled(OTHER_BRANCHES, sides=" ".join(wrong)) if wrong else None
    if below == RIGHT_BELOW:
        return filled(BENT, side="positive", other="negative", right="they are kept as they are")
    if above == RIGHT_ABOVE:
        return filled(BENT, side="negative", other="positive", right="they become 0")
    far = np.abs(z) > 100
    if (np.abs(a[far] - np.maximum(z[far], 0)) <= 1e-2 * np.abs(z[far])).all():
        return ROUNDED
    if (np.abs(a[far] - z[far]) <= 1e-2 * np.abs(z[far])).all():
        return NEGATIVE_LEFT
    return filled(OTHER_CURVE, where="bounded" if np.abs(a).max() < 100 else "another curve")


ONE_VALUE = Mistake(
    "one value for every z",
    "Every z comes out as {value}: ReLU is of each entry by itself, and a maximum over a whole "
    "tensor is one number, so write torch.relu(x) or x.clamp(min=0).",
)
OTHER_BRANCHES = Mistake("other branches than ReLU's", "{sides}")
BENT = Mistake(
    "one side bent",
    "The {other} z come out right, and the {side} ones as a curve: with ReLU {right}.",
)
ROUNDED = Mistake(
    "rounded corner",
    "Far from 0 this is max(0, z), and near it a smooth curve, such as Mish or Hardswish: ReLU has "
    "a sharp corner at 0.",
)


NEGATIVE_LEFT = Mistake(
    "negative values left",
    "Large negative z come out negative, nearly as they are: ReLU makes all negative z 0.",
)
OTHER_CURVE = Mistake(
    "another curve",
    "What stands between the layers is {where} on both sides of 0: ReLU is 0 for negative z, and z "
    "itself for positive ones.",
)


class Line(NamedTuple):
    """offset + slope·z."""

    offset: float
    slope: float

    def told(self) -> str:
        steep = "z" if self.slope == 1 else "-z" if self.slope == -1 else f"{self.slope:.4g}·z"
        if self.slope == 0:
            return f"{self.offset:.4g}"
        return f"{steep} {'+' if self.offset > 0 else '-'} {abs(self.offset):.4g}".removesuffix(
            " - 0"
        )


RIGHT_BELOW, RIGHT_ABOVE = Line(0, 0), Line(0, 1)


def line_of(z: np.ndarray, a: np.ndarray) -> Line | None:
    """The straight line that has the values `a` at the points `z`, with constants as people write
    them; None: it is bent."""
    far, near = np.argmax(np.abs(z)), np.argmin(np.abs(z))
    offset, slope = float(a[near]), float((a[far] - a[near]) / (z[far] - z[near]))
    line = Line(*(float(f"{value:.3g}") if abs(value) > 1e-5 else 0.0 for value in (offset, slope)))
    fits = np.abs(a - line.offset - line.slope * z) <= 1e-3 * (np.abs(a) + abs(line.offset)) + 1e-5
    return line if fits.all() else None


def _as_mistake(curve: Curve, z: np.ndarray, a: np.ndarray) -> Mistake | None:
    for constants in curve.constants(z, a):
        predicted = curve.function(z, **constants)
        if (np.abs(a - predicted) <= 1e-4 * np.abs(predicted) + 1e-6).all():
            return Mistake(curve.name, curve.says.format(**constants))
    return None


# ---------------------------------------------------------------- on the logits


def softmax(y: np.ndarray) -> np.ndarray:
    grown = np.exp(y - y.max(axis=-1, keepdims=True))
    return grown / grown.sum(axis=-1, keepdims=True)


def over(y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return y / np.maximum(size, 1e-30)


ON_LOGITS: tuple[tuple[Mistake, Callable[[np.ndarray], np.ndarray]], ...] = (
    (
        Mistake(
            "softmax on the logits",
            "Probabilities are returned: cross-entropy expects logits, and takes the softmax "
            "itself.",
        ),
        softmax,
    ),
    (
        Mistake(
            "log-softmax on the logits",
            "Log-probabilities are returned: cross-entropy expects logits, and takes the "
            "log-softmax itself.",
        ),
        lambda y: np.log(softmax(y)),
    ),
    *(
        (
            Mistake(
                "logits normalised",
                "The logits of each row are normalised, by their length or their deviation: they "
                "are what the last layer gives, as it is.",
            ),
            function,
        )
        for function in (
            lambda y: over(y, np.linalg.norm(y, axis=-1, keepdims=True)),
            lambda y: over(y - y.mean(axis=-1, keepdims=True), y.std(axis=-1, keepdims=True)),
        )
    ),
    *(
        (
            Mistake(
                f"{name} on the logits",
                f"The logits go through {name} as well: a nonlinearity belongs between layers, "
                "and nothing follows the last one.",
            ),
            function,
        )
        for name, function in (
            ("ReLU", lambda y: np.maximum(y, 0)),
            ("ELU", elu),
            ("sigmoid", sigmoid),
            ("tanh", np.tanh),
        )
    ),
)


def recognise_on_logits(logits: np.ndarray, seen: np.ndarray) -> Mistake | None:
    """What `seen` makes of right `logits`, both (N, O)."""
    logits = logits.astype(np.float64)
    found = [
        mistake
        for mistake, function in ON_LOGITS
        if np.abs(seen - (made := function(logits))).max() <= 2e-4 * np.abs(made).max()
    ]
    if found:
        return only(found)
    shift = seen - logits
    if np.ptp(shift, axis=-1).max() <= 2e-4 * np.abs(seen).max() and np.abs(shift).max() > 1e-3:
        return SHIFTED
    factor = float((seen * logits).sum() / max(float((logits**2).sum()), 1e-300))
    scaled = np.abs(seen - factor * logits).max() <= 2e-4 * np.abs(seen).max()
    return filled(SCALED, factor=factor) if scaled and abs(factor - 1) > 1e-3 else None


SHIFTED = Mistake(
    "logits shifted",
    "One and the same number is subtracted from all logits of a row, such as the largest: "
    "cross-entropy does that itself, so return what the last layer gives, as it is.",
)
SCALED = Mistake(
    "logits scaled",
    "The logits are multiplied by {factor:.3g}: they are what the last layer gives, as it is.",
)
