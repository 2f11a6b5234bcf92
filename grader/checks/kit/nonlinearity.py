"""The nonlinearity of a hidden layer, seen from outside: what it is, and that it is elementwise."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import numpy as np

from grader.checks.kit.curves import ReadCurve, read
from grader.checks.kit.layers import Layers
from grader.checks.kit.probes import (
    close,
    draw_rows,
    embed,
    expect,
    normal,
    show_apart,
)
from grader.checks.misconceptions import Known, Mistake
from grader.checks.misconceptions.shared import common
from grader.checks.misconceptions.shared.curves import recognise_on_logits
from grader.sandbox.client import Network, StudentError

MOST_JUMPS = 0.05  # a share of a thousand places or more; smooth ones with corners have 0.001
# Where a nonlinearity is looked at for being one.
LEVELS = np.array([-8, -4, -2, -1, -0.3, -0.03, 0, 0.03, 0.3, 1, 2, 4, 8], np.float32)


def expect_two_layers_forward(
    net: Network,
    layers: Layers,
    rng: np.random.Generator,
    *,
    train: bool,
    random: Mistake = common.RANDOM,
) -> None:
    """Fail unless the logits are W2·a(W1·x + b1) + b2 for some elementwise nonlinearity a.

    `random` names the mistake if two passes of the same inputs differ.

    Identity matrices for both weights make the network show a at the very points where a random
    network needs it; what the random network gives is then predicted exactly.
    """
    num_features, num_hidden, _ = net.sizes
    weights = with_large_logits(layers.draw(rng), "W2", "b2")
    inputs = normal(rng, draw_rows(rng), num_features, scale=2)
    hidden = inputs @ weights["W1"].T + weights["b1"]  # (N, F) @ (F, H) -> (N, H)

    layers.assign(net, identity_weights(layers))
    levels = np.repeat(LEVELS[:, None], num_hidden, axis=1)
    points = np.concatenate([hidden, mix(hidden), levels])
    shown = net.forward(embed(points, len(points), num_features), train=train)[:, :num_hidden]
    activated, mixed, graded = np.split(shown, [len(hidden), 2 * len(hidden)])
    mode = "train" if train else "eval"
    known = partial(named_forward, net, layers, inputs, train, random)
    expect_elementwise(activated, mixed, mode, known, partial(named_mixing, net, inputs, train))
    expect_nonlinear(levels, graded, "between the layers", lambda: common.NO_NONLINEARITY)

    layers.assign(net, weights)
    logits = net.forward(inputs, train=train)
    hidden = activated.astype(np.float64)
    expected = hidden @ weights["W2"].T + weights["b2"]  # (N, H) @ (H, O) -> (N, O)
    predicted, seen = show_apart(expected, logits)
    expect(
        close(logits, expected),
        f"in {mode} mode the logits W2·a(W1·x + b1) + b2, here {predicted}",
        seen,
        "Look for a layer, an activation on the logits or a scaling that nothing asks for.",
        known=known,
    )
    expect_few_rows(net, inputs, logits, train=train)


def expect_few_rows(net: Network, inputs: np.ndarray, logits: np.ndarray, *, train: bool) -> None:
    """Fail unless all but one of the rows of `inputs`, and as few as there may be, have the same
    logits by themselves."""
    for rows in (len(inputs) - 1, 2 if train else 1):
        few = net.forward(inputs[:rows], train=train)
        among, alone = show_apart(logits[:rows], few)
        expect(
            close(few, logits[:rows]),
            f"in {'train' if train else 'eval'} mode a batch of {rows} to have the logits that it "
            f"has among others, here {among}",
            alone,
            "Look for what depends on the size of the batch, or on whether autograd records.",
        )


def read_between_two_layers(
    net: Network, layers: Layers, points: np.ndarray, *, train: bool = False
) -> ReadCurve:
    """The nonlinearity of a two-layer network, read at evenly spaced `points`.

    Goes on with identity weights.
    """
    num_features, num_hidden, _ = net.sizes
    layers.assign(net, identity_weights(layers))
    rows = np.resize(points, (-(-len(points) // num_hidden), num_hidden)).astype(np.float32)
    shown = net.forward(embed(rows, len(rows), num_features), train=train)[:, :num_hidden]
    return expect_smooth(read(points, shown.ravel()[: len(points)]))


def expect_smooth(curve: ReadCurve) -> ReadCurve:
    """`curve`; fails if it jumps all over: of such a one any training would be its own."""
    expect(
        curve.jumps < MOST_JUMPS,
        "a nonlinearity that is smooth but for a few corners or jumps",
        f"one that jumps at {curve.jumps:.0%} of the places that were looked at",
        "It is the same for all units and rows, and whatever the other parameters are.",
    )
    return curve


def named_forward(
    net: Network, layers: Layers, inputs: np.ndarray, train: bool, random: Mistake
) -> Mistake | None:
    """What happens besides the layers: something on the logits, or something `random`."""
    last = max(role for role in layers.shapes if role.startswith("W"))
    bias = last.replace("W", "b")
    levels = np.linspace(-2, 2, layers.shapes[bias][0])
    weights = identity_weights(layers)
    with suppress(StudentError):
        # With the last weight at 0 the logits are its bias, whatever came before.
        layers.assign(net, weights | {last: 0 * weights[last], bias: levels})
        seen = net.forward(inputs, train=train)
        on_logits = recognise_on_logits(np.broadcast_to(levels, seen.shape), seen)
        if on_logits is not None:
            return on_logits
        layers.assign(net, weights)
        if is_by_recording(net, inputs, train):
            return common.BY_RECORDING
        # Autograd records every other pass: the first and third are alike in that.
        first, _, third = (net.forward(inputs, train=train, seed=seed) for seed in (0, 0, 1))
        return None if np.array_equal(first, third) else random
    return None


def is_by_recording(net: Network, inputs: np.ndarray, train: bool) -> bool:
    """Whether it makes a difference that autograd records, as it does in every other pass."""
    a, b, c, d = (net.forward(inputs, train=train, seed=0) for _ in range(4))
    return not close(a, b) and (np.array_equal(a, c) or np.array_equal(b, d))


def named_mixing(net: Network, inputs: np.ndarray, train: bool) -> Mistake | None:
    """Whether what a row gives depends on other rows, on its place among them, or else on what
    stands in the same one."""
    with suppress(StudentError):
        together = net.forward(inputs, train=train)[:2]
        pair = net.forward(inputs[:2], train=train)
        if not close(pair, together):
            return common.MIXES_ROWS
        turned = net.forward(inputs[1::-1], train=train)[::-1]
        return common.MIXES_UNITS if close(turned, pair) else common.BY_PLACE
    return None


def identity_weights(layers: Layers) -> dict[str, np.ndarray]:
    """Weights that carry the first H features through the hidden layer to the first H outputs."""
    return {
        role: embed(np.eye(min(shape), dtype=np.float32), *shape)
        if len(shape) == 2
        else np.zeros(shape, np.float32)
        for role, shape in layers.shapes.items()
    }


def with_large_logits(weights: dict[str, np.ndarray], *last: str) -> dict[str, np.ndarray]:
    """`weights` with those of the last layer so large that whatever bounds logits shows."""
    return weights | {role: np.float32(1e3) * weights[role] for role in last}


def mix(rows: np.ndarray) -> np.ndarray:
    """(N, H) rows, with half of the entries, as on a chessboard, replaced by the row before's.

    An elementwise function of the mix is the mix of the function's values.
    """
    n, h = np.indices(rows.shape)
    return np.where((n // 2 + h) % 2 == 0, rows, np.roll(rows, 1, axis=0))


def expect_elementwise(
    activated: np.ndarray, mixed: np.ndarray, mode: str, known: Known, mixing: Known
) -> None:
    """Fail unless `mixed`, the activations of mixed points, is the mix of `activated`.

    Args:
        mixing: describes what does it, where nothing is known.
    """
    predicted = mix(activated)
    before, after = show_apart(predicted, mixed)
    expect(
        close(mixed, predicted),
        f"in {mode} mode each hidden activation to depend on its own unit and row alone",
        f"other entries change it from {before} to {after}",
        "Look for a normalisation, a softmax or dropout that nothing asks for.",
        known=lambda: (
            known() or (common.HIDDEN_SOFTMAX if are_shares(activated) else None) or mixing()
        ),
    )


def are_shares(activated: np.ndarray) -> bool:
    """Whether the activations (N, H) of each row add up to 1, as a softmax's do."""
    return bool((activated >= 0).all() and np.abs(activated.sum(axis=1) - 1).max() < 1e-4)


def expect_nonlinear(points: np.ndarray, activated: np.ndarray, where: str, known: Known) -> None:
    """Fail if (N, H) activations are, unit by unit, an affine function of the (N, H) points."""
    residual, slope = 0.0, np.inf
    for x, y in zip(points.T, activated.T, strict=True):
        columns = np.stack([x, np.ones_like(x)], axis=1)
        solution, *_ = np.linalg.lstsq(columns, y, rcond=None)
        residual = max(residual, float(np.abs(columns @ solution - y).max()))
        slope = min(slope, abs(float(solution[0])))
    is_nonlinear, expected = residual > 1e-3, f"a nonlinearity {where}"
    if slope > 1e-3:
        expect(
            is_nonlinear,
            expected,
            "the activations are a linear function of their inputs",
            "Without one, several linear layers are no more than one.",
            known,
        )
    else:  # what is the same everywhere was flattened by something else
        expect(is_nonlinear, expected, "the activations are the same, whatever their inputs are")
