"""What several checks share: finding a network's layers by shape, loading weights, comparing.

Checks know nothing of processes: they ask a `Student` (grader.sandbox.client) and compare what
comes back with values derived here, in NumPy. A check fails by raising AssertionError, whose text
the student reads; `expect` puts it together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

import numpy as np
import pytest

from grader.checks.misconceptions import Known, Mistake, common
from grader.checks.misconceptions.curves import recognise_on_logits
from grader.checks.misconceptions.layers import DETACHED, FROZEN, UNUSED, wrong_parameters
from grader.sandbox.client import Network, Parameter, Student, StudentError
from grader.training import TrainingRun

# Two-sided 1e-8 of a normal distribution: with the 20 or so statistics that one assignment's
# checks look at, a right solution fails by chance less than once in 10^6 runs.
Z_LIMIT = 5.73


class Failure(AssertionError):
    """A check's demand is not met; `misconception` names the known mistake that it looks like."""

    def __init__(self, message: str, misconception: str) -> None:
        super().__init__(message)
        self.misconception = misconception


def expect(
    condition: object, expected: str, seen: str, look: str = "", known: Known | None = None
) -> None:
    """Fail the check unless `condition`; say what was expected, what was seen, where to look.

    `known` is asked which known mistake that is, and only then.
    """
    if not condition:
        mistake = None if known is None else known()
        name, says = ("", "") if mistake is None else mistake
        lines = [f"Expected: {expected}.", f"Seen: {seen}.", says, look]
        raise Failure("\n".join(filter(None, lines)), name)


# Where a nonlinearity is looked at for being one.
LEVELS = np.array([-8, -4, -2, -1, 0, 1, 2, 4, 8], np.float32)


# ---------------------------------------------------------------- sizes and numbers


def draw_seed(rng: np.random.Generator) -> int:
    """A seed for torch's generator."""
    return int(rng.integers(2**31))


def draw_sizes(rng: np.random.Generator) -> tuple[int, int, int]:
    """Small distinct (num_features, num_hidden, num_output), with h < o < f.

    h is the smallest, so that identity matrices can carry every hidden unit in and out.
    """
    num_hidden = int(rng.integers(4, 7))
    num_output = num_hidden + int(rng.integers(1, 4))
    return num_output + int(rng.integers(1, 4)), num_hidden, num_output


def normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Normally distributed float32 entries."""
    return np.float32(scale) * rng.standard_normal(shape, np.float32)


def embed(matrix: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """`matrix` in the upper left corner of a (rows, columns) one of zeros."""
    result = np.zeros((rows, columns), np.float32)
    result[: matrix.shape[0], : matrix.shape[1]] = matrix
    return result


def close(seen: np.ndarray, expected: np.ndarray, rtol: float = 2e-4) -> bool:
    """Whether two arrays agree to float32 accuracy, relative to the largest entry of `expected`.

    The tolerance leaves room for any order of summation and for a compiled or fused kernel.
    """
    if not (np.isfinite(seen).all() and np.isfinite(expected).all()):
        return False  # a prediction that overflows is equal to nothing
    scale = max(float(np.abs(expected).max(initial=0.0)), 1e-6)
    return bool(np.abs(seen - expected).max(initial=0.0) <= rtol * scale)


def show(array: np.ndarray, count: int = 3) -> str:
    """A few entries of `array`, for a message."""
    entries = ", ".join(f"{value:.4g}" for value in array.ravel()[:count])
    return f"[{entries}{', …' if array.size > count else ''}]"


# ---------------------------------------------------------------- layers by shape


RecogniseParameters = Callable[
    [Mapping[str, tuple[int, ...]], Sequence[str], Sequence[Parameter]], Mistake | None
]


class Layers:
    """A network's parameters by role, whatever their names, order and orientation.

    Args:
        parameters: all parameters of a network, in order.
        shapes: for each role its shape; weights as (fan_out, fan_in). Roles may share a shape:
            then they are given out in the order of `parameters`.
        optional: roles that may be missing.
        recognise: names the mistake from `shapes`, missing roles and unknown parameters.

    Raises:
        AssertionError: the parameters are not exactly these, trainable and float32.
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        shapes: Mapping[str, tuple[int, ...]],
        optional: Sequence[str] = (),
        recognise: RecogniseParameters = wrong_parameters,
    ) -> None:
        self.parameters = parameters
        self.shapes = dict(shapes)
        self.index: dict[str, int] = {}
        self.transposed: set[str] = set()
        unknown = []
        for number, parameter in enumerate(parameters):
            role = self._role_of(parameter)
            if role is None:
                unknown.append(parameter)
            else:
                self.index[role] = number
        missing = [r for r in shapes if r not in self.index and r not in optional]
        expect(
            not unknown and not missing,
            "the parameters " + ", ".join(map(self._name, shapes)),
            "; ".join(
                [f"no {self._name(role)}" for role in missing]
                + [f"`{p.name}`, {p.kind}, which nothing asks for" for p in unknown]
            ),
            "Check the size of each layer, its bias, and that it is registered: a plain list or "
            "tensor hides a layer from parameters().",
            known=lambda: recognise(shapes, missing, unknown),
        )
        for parameter in parameters:
            expect(
                parameter.value is not None and parameter.value.dtype == np.float32,
                f"`{parameter.name}` to be a float32 tensor on the CPU",
                parameter.kind,
            )
            expect(
                parameter.value is not None and np.isfinite(parameter.value).all(),
                f"`{parameter.name}` to hold numbers",
                "entries that are NaN or infinite",
            )
            expect(
                parameter.requires_grad,
                f"`{parameter.name}` to be trainable",
                "requires_grad is False",
                known=lambda: FROZEN,
            )

    def __contains__(self, role: str) -> bool:
        return role in self.index

    def _role_of(self, parameter: Parameter) -> str | None:
        if parameter.value is None:
            return None
        shape = tuple(size for size in parameter.value.shape if size != 1)
        for role, wanted in self.shapes.items():
            if role not in self.index and shape in (wanted, wanted[::-1]):
                if shape != wanted:
                    self.transposed.add(role)
                return role
        return None

    def _name(self, role: str) -> str:
        return f"{role} {self.shapes[role]}"

    def value(self, role: str) -> np.ndarray:
        """The initial value of `role`; weights as (fan_out, fan_in)."""
        value = self.parameters[self.index[role]].value
        assert value is not None
        if role in self.transposed:
            value = value.reshape(self.shapes[role][::-1]).T
        return value.reshape(self.shapes[role])

    def name(self, role: str) -> str:
        """What the student calls it."""
        return self.parameters[self.index[role]].name

    def draw(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Random values for all roles, such that activations are of order 1."""
        return {
            role: normal(rng, *shape, scale=1.0 if len(shape) == 1 else shape[1] ** -0.5)
            for role, shape in self.shapes.items()
            if role in self.index
        }

    def assign(self, net: Network, values: Mapping[str, np.ndarray]) -> None:
        """Load `values`; weights as (fan_out, fan_in), in whichever way the student stores them."""
        arrays: list[np.ndarray] = [np.empty(0)] * len(self.parameters)
        for role, number in self.index.items():
            value = np.asarray(values[role], np.float32)
            stored = self.parameters[number].value
            assert stored is not None
            arrays[number] = (value.T if role in self.transposed else value).reshape(stored.shape)
        net.assign(arrays)


def expect_gradients(
    net: Network, layers: Layers, rng: np.random.Generator, may_be_zero: Sequence[str] = ()
) -> None:
    """Fail unless a gradient reaches every parameter."""
    weights = layers.draw(rng)
    layers.assign(net, weights)
    inputs = normal(rng, 32, net.sizes[0], scale=2)
    gradients = net.backward(inputs, normal(rng, 32, net.sizes[-1]), seed=draw_seed(rng))
    for role, number in layers.index.items():
        gradient = gradients[number]
        expect(
            gradient is not None and (role in may_be_zero or gradient.any()),
            f"the loss's gradient to reach `{layers.name(role)}`",
            "it never arrives, so this parameter can't learn",
            "Use every parameter in forward, and do not detach what it computes.",
            known=partial(unused_or_detached, net, layers, weights, role, inputs),
        )


def unused_or_detached(
    net: Network, layers: Layers, weights: dict[str, np.ndarray], role: str, inputs: np.ndarray
) -> Mistake | None:
    """Why no gradient reaches a parameter: whether it has an effect tells."""
    with suppress(StudentError):
        before, again = (net.forward(inputs, seed=seed) for seed in (0, 1))
        if not np.array_equal(before, again):
            return None
        layers.assign(net, weights | {role: weights[role] + 1})
        return UNUSED if np.array_equal(net.forward(inputs), before) else DETACHED
    return None


def two_layers(sizes: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The roles of a two-layer network and their shapes."""
    num_features, num_hidden, num_output = sizes
    return {
        "W1": (num_hidden, num_features),
        "b1": (num_hidden,),
        "W2": (num_output, num_hidden),
        "b2": (num_output,),
    }


# ---------------------------------------------------------------- elementwise nonlinearities


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
    weights = layers.draw(rng)
    inputs = normal(rng, 12, num_features, scale=2)
    hidden = inputs @ weights["W1"].T + weights["b1"]  # (N, F) @ (F, H) -> (N, H)

    layers.assign(net, identity_weights(layers))
    levels = np.repeat(LEVELS[:, None], num_hidden, axis=1)
    points = np.concatenate([hidden, mix(hidden), levels])
    shown = net.forward(embed(points, len(points), num_features), train=train)[:, :num_hidden]
    activated, mixed, graded = np.split(shown, [len(hidden), 2 * len(hidden)])
    mode = "train" if train else "eval"
    known = partial(named_forward, net, layers, inputs, train, random)
    expect_elementwise(activated, mixed, mode, known)
    expect_nonlinear(levels, graded, "between the layers", lambda: common.NO_NONLINEARITY)

    layers.assign(net, weights)
    logits = net.forward(inputs, train=train)
    hidden = activated.astype(np.float64)
    expected = hidden @ weights["W2"].T + weights["b2"]  # (N, H) @ (H, O) -> (N, O)
    expect(
        close(logits, expected),
        f"in {mode} mode the logits W2·a(W1·x + b1) + b2, here {show(expected)}",
        show(logits),
        "Look for a layer, an activation on the logits or a scaling that nothing asks for.",
        known=known,
    )


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
        first, second = (net.forward(inputs, train=train, seed=seed) for seed in (0, 1))
        return None if np.array_equal(first, second) else random
    return None


def identity_weights(layers: Layers) -> dict[str, np.ndarray]:
    """Weights that carry the first H features through the hidden layer to the first H outputs."""
    return {
        role: embed(np.eye(min(shape), dtype=np.float32), *shape)
        if len(shape) == 2
        else np.zeros(shape, np.float32)
        for role, shape in layers.shapes.items()
    }


def mix(rows: np.ndarray) -> np.ndarray:
    """(N, H) rows, with half of the entries, as on a chessboard, replaced by the row before's.

    An elementwise function of the mix is the mix of the function's values.
    """
    n, h = np.indices(rows.shape)
    return np.where((n // 2 + h) % 2 == 0, rows, np.roll(rows, 1, axis=0))


def expect_elementwise(activated: np.ndarray, mixed: np.ndarray, mode: str, known: Known) -> None:
    """Fail unless `mixed`, the activations of mixed points, is the mix of `activated`."""
    predicted = mix(activated)
    expect(
        close(mixed, predicted),
        f"in {mode} mode each hidden activation to depend on its own unit and row alone",
        f"other entries change it from {show(predicted)} to {show(mixed)}",
        "Look for a normalisation, a softmax or dropout that nothing asks for.",
        known=known,
    )


def expect_nonlinear(points: np.ndarray, activated: np.ndarray, where: str, known: Known) -> None:
    """Fail if (N, H) activations are, unit by unit, an affine function of the (N, H) points."""
    residual, slope = 0.0, np.inf
    for x, y in zip(points.T, activated.T, strict=True):
        columns = np.stack([x, np.ones_like(x)], axis=1)
        solution, *_ = np.linalg.lstsq(columns, y, rcond=None)
        residual = max(residual, float(np.abs(columns @ solution - y).max()))
        slope = min(slope, abs(float(solution[0])))
    expect(
        residual > 1e-3,
        f"a nonlinearity {where}",
        "the activations are a linear function of their inputs",
        "Without one, several linear layers are no more than one.",
        # What is the same everywhere was flattened by something else.
        known=known if slope > 1e-3 else None,
    )


# ---------------------------------------------------------------- checks that all networks share


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint(
    "Build Net(7, 5, 3) and call it on torch.randn(4, 7): it should return a float32 tensor of "
    "shape (4, 3), also for a single row after net.eval()."
)
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """The module imports, Net can be built, and forward gives logits"""
    expect(
        "Net" in student.load(),
        f"{student.filename} to define Net",
        "no such name",
        "Keep the name that the stub gives.",
    )
    for _ in range(2):
        num_features, num_hidden, num_output = draw_sizes(rng)
        net = student.build(num_features, num_hidden, num_output, seed=draw_seed(rng))
        expect(
            all(p.value is None or np.isfinite(p.value).all() for p in net.parameters),
            "every weight to be initialised",
            "weights that were never set, or are not finite",
            "torch.empty leaves whatever was in memory: fill it with an initialiser.",
        )
        net.forward(normal(rng, 1, num_features))
        net.forward(normal(rng, 7, num_features))
        net.forward(normal(rng, 2, num_features), train=True)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Draw weights with torch's own functions and leave the seed to whoever uses the network."
)
def test_reproducible(student: Student, rng: np.random.Generator) -> None:
    """The same seed gives the same network, another seed another one"""
    expect_reproducible_network(student, rng)


def expect_reproducible_network(
    student: Student, rng: np.random.Generator, sizes: tuple[int, ...] | None = None
) -> None:
    """Fail unless networks are drawn from torch's global generator, and only drawn from it."""
    sizes = sizes or draw_sizes(rng)
    seed, other_seed = draw_seed(rng), draw_seed(rng)
    first, again, other = (student.build(*sizes, seed=s) for s in (seed, seed, other_seed))
    expect(
        len(first.parameters) == len(again.parameters) == len(other.parameters),
        "the same number of parameters in every network of one size",
        f"{len(first.parameters)}, {len(again.parameters)} and {len(other.parameters)}",
    )
    goes_on = np.array_equal(first.next_draw, again.next_draw)
    follows = not np.array_equal(first.next_draw, other.next_draw)
    for a, b, c in zip(first.parameters, again.parameters, other.parameters, strict=True):
        if a.value is None or b.value is None or c.value is None:
            continue  # test_layers says what is wrong with it
        expect(
            np.array_equal(a.value, b.value),
            f"the same `{a.name}` after the same torch.manual_seed",
            "other values",
            "Draw from torch's global generator, not from NumPy's, Python's or one of your own.",
            known=lambda: common.OTHER_GENERATOR if goes_on else common.RESEEDS,
        )
        # Zero biases and an identity matrix hold one or two different numbers, drawn ones many.
        if len(np.unique(a.value)) > 2:
            expect(
                not np.array_equal(a.value, c.value),
                f"another `{a.name}` after another torch.manual_seed",
                "the same values",
                "Do not call torch.manual_seed in the module, and do not use constant weights.",
                known=lambda: common.FIXED_DRAWS if follows else common.RESEEDS,
            )
    expect(
        any(
            a.value is not None and c.value is not None and not np.array_equal(a.value, c.value)
            for a, c in zip(first.parameters, other.parameters, strict=True)
        ),
        "another network after another torch.manual_seed",
        "the same one",
        "Its weights should be random, and drawn from torch's global generator.",
    )
    expect(
        follows,
        "torch's generator to go on from the seed it was given",
        "it was seeded anew",
        "Do not call torch.manual_seed in the module.",
        known=lambda: common.RESEEDS,
    )
    expect(
        goes_on,
        "torch's generator to go on from the seed it was given",
        "another state each time",
        "Do not call torch.seed in the module.",
        known=lambda: common.RESEEDS,
    )
    expect_no_reseeding(student)


def expect_no_reseeding(student: Student) -> None:
    """Fail if importing the module seeds torch's generator."""
    expect(
        not student.reseeds_at_import(),
        "importing the module to leave torch's generator alone",
        "torch.manual_seed is called at the top of the module",
        'Move it below if __name__ == "__main__".',
        known=lambda: common.RESEEDS,
    )


def expect_accuracy(run: TrainingRun) -> None:
    """Fail below the assignment's threshold."""
    summary = run.summary
    losses = " → ".join(f"{loss:.2f}" for loss in summary.loss)
    expect(
        summary.valid_accuracy >= summary.threshold,
        f"a validation accuracy of at least {summary.threshold:.2f} "
        f"after {len(summary.loss)} epochs",
        f"{summary.valid_accuracy:.2f}, with a training loss of {losses}",
        "If every check above passes, look at what the initial weights and learning rate do.",
    )
