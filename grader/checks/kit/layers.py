"""A network's parameters by role: found by shape, loaded, and reached by the loss's gradient."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

import numpy as np

from grader.checks.kit.probes import draw_seed, expect, normal
from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.shared.layers import (
    DETACHED,
    FROZEN,
    LOST_IN_TRAINING,
    NOW_AND_THEN,
    UNUSED,
    wrong_parameters,
)
from grader.checks.misconceptions.shared.trainings import same_for_all
from grader.sandbox.client import Network, Parameter, StudentError

PASSES = 6  # in which a gradient may arrive
RecogniseParameters = Callable[
    [Mapping[str, tuple[int, ...]], Sequence[str], Sequence[Parameter]], Mistake | None
]


def named_with_shape(parameter: Parameter) -> str:
    if parameter.value is None:
        return f"`{parameter.name}`, {parameter.kind}"
    return f"`{parameter.name}` {parameter.value.shape}"


def expect_trainable(parameter: Parameter) -> None:
    """Fail unless it holds finite float32 numbers that may be trained."""
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


def _shape(parameter: Parameter) -> tuple[int, ...] | None:
    """Without dimensions of size 1, as a bias may be (1, n)."""
    if parameter.value is None:
        return None
    return tuple(size for size in parameter.value.shape if size != 1)


def _baseline_name(role: str) -> str:
    return re.sub(r"(?=\d)", "_", role)


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
            *self._expected_and_seen(missing, unknown, optional),
            "Check the size of each layer, its bias, and that it is registered: a plain list or "
            "tensor hides a layer from parameters().",
            known=lambda: recognise(shapes, missing, unknown),
        )
        for parameter in parameters:
            expect_trainable(parameter)

    def __contains__(self, role: str) -> bool:
        return role in self.index

    def like(self, other: Layers) -> Layers:
        """The same, with roles of one shape told apart as in another network of this class."""
        self.index, self.transposed = dict(other.index), set(other.transposed)
        return self

    def _role_of(self, parameter: Parameter) -> str | None:
        shape = _shape(parameter)
        if shape is None:
            return None
        for role, wanted in self.shapes.items():
            if role not in self.index and shape in (wanted, wanted[::-1]):
                if shape != wanted:
                    self.transposed.add(role)
                return role
        return None

    def _expected_and_seen(
        self, missing: Sequence[str], unknown: Sequence[Parameter], optional: Sequence[str]
    ) -> tuple[str, str]:
        """What the parameters should be, as the student calls them, and what is amiss.

        Where roles share a shape, of which alone the student has more or fewer, or of which some
        may be missing, nobody can tell which of them theirs are: the roles then go by the
        baseline's names, and theirs are listed.
        """
        amiss = {self.shapes[role] for role in missing} | {_shape(each) for each in unknown}
        may_be_missing = {self.shapes[role] for role in optional}
        unclear = [
            shape
            for shape in sorted(set(self.shapes.values()) & amiss)
            if list(self.shapes.values()).count(shape) > 1
            and (shape in may_be_missing or len(amiss) == 1)
        ]
        expected, seen = [], []
        for role, shape in self.shapes.items():
            name = self._name(role) if shape not in unclear else f"{_baseline_name(role)} {shape}"
            left_out = role in optional and (role not in self.index or shape in unclear)
            expected.append(f"perhaps {name}" if left_out else name)
        for shape in unclear:
            names = [f"`{p.name}`" for p in self.parameters if _shape(p) == shape]
            seen.append(f"of shape {shape}: {', '.join(names) or 'none'}")
        lacking = [self._name(role) for role in missing if self.shapes[role] not in unclear]
        more = [named_with_shape(p) for p in unknown if _shape(p) not in unclear]
        for said, names in (("no ", lacking), ("not asked for: ", more)):
            if names:
                seen.append(said + ", ".join(names))
        return "the parameters " + ", ".join(expected), "; ".join(seen)

    def _name(self, role: str) -> str:
        """As the student calls it; what they lack as the baseline does."""
        known = f"`{self.name(role)}`" if role in self.index else _baseline_name(role)
        return f"{known} {self.shapes[role]}"

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

    def split(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """The roles' values in (P,), all parameters one after the other; weights as
        (fan_out, fan_in)."""
        values = {}
        for role, (start, stop) in self._places().items():
            value = flat[start:stop]
            if role in self.transposed:
                value = value.reshape(self.shapes[role][::-1]).T
            values[role] = value.reshape(self.shapes[role])
        return values

    def locate(
        self, coordinates: np.ndarray
    ) -> dict[str, tuple[np.ndarray, tuple[np.ndarray, ...]]]:
        """For each role which of `coordinates`, numbers of entries of such a (P,), are its own,
        and their entries' indices there."""
        found = {}
        for role, (start, stop) in self._places().items():
            chosen = np.flatnonzero((start <= coordinates) & (coordinates < stop))
            shape = self.shapes[role]
            stored = shape[::-1] if role in self.transposed else shape
            index = np.unravel_index(coordinates[chosen] - start, stored)
            found[role] = (chosen, index[::-1] if role in self.transposed else index)
        return found

    def _places(self) -> dict[str, tuple[int, int]]:
        """Where each role's entries begin and end among those of all parameters."""
        sizes = [0 if p.value is None else p.value.size for p in self.parameters]
        ends = np.cumsum(sizes)
        return {
            role: (int(ends[number]) - sizes[number], int(ends[number]))
            for role, number in self.index.items()
        }

    def draw(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Random values for all roles, such that activations are of order 1."""
        return {
            role: normal(rng, *shape, scale=1.0 if len(shape) == 1 else shape[1] ** -0.5)
            for role, shape in self.shapes.items()
            if role in self.index
        }

    def assign(self, net: Network, values: Mapping[str, np.ndarray]) -> None:
        """Load `values`; weights as (fan_out, fan_in), in whichever way the student stores them."""
        net.assign(self.stored(values))

    def stored(self, values: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """All parameters, in order and as the student stores them, of these values."""
        arrays: list[np.ndarray] = [np.empty(0)] * len(self.parameters)
        for role, number in self.index.items():
            value = np.asarray(values[role], np.float32)
            stored = self.parameters[number].value
            assert stored is not None
            arrays[number] = (value.T if role in self.transposed else value).reshape(stored.shape)
        return arrays


def expect_gradients(
    net: Network, layers: Layers, rng: np.random.Generator, may_be_zero: Sequence[str] = ()
) -> None:
    """Fail unless a gradient reaches every parameter: in one of several passes, as all may be
    dropped in one that draws at random."""
    weights = layers.draw(rng)
    layers.assign(net, weights)
    inputs = normal(rng, 32, net.sizes[0], scale=2)
    cotangent, seed = normal(rng, 32, net.sizes[-1]), draw_seed(rng)
    arrived: set[str] = set()
    for number in range(PASSES):
        gradients = net.backward(inputs, cotangent, seed=seed + number)
        for role, place in layers.index.items():
            gradient = gradients[place]
            if gradient is not None and (role in may_be_zero or gradient.any()):
                arrived.add(role)
        if len(arrived) == len(layers.index):
            return
    for role in layers.index:
        expect(
            role in arrived,
            f"the loss's gradient to reach `{layers.name(role)}`",
            "it never arrives, so this parameter can't learn",
            "Use every parameter in forward, and do not detach what it computes.",
            known=partial(unused_or_detached, net, layers, weights, role, inputs, cotangent),
        )


def unused_or_detached(
    net: Network,
    layers: Layers,
    weights: dict[str, np.ndarray],
    role: str,
    inputs: np.ndarray,
    cotangent: np.ndarray,
) -> Mistake | None:
    """Why no gradient reaches a parameter: whether it has an effect tells."""
    with suppress(StudentError):
        before, again = (net.forward(inputs, seed=seed) for seed in (0, 1))
        if not np.array_equal(before, again):
            return None
        if same_for_all(net.forward(inputs, train=True)) and not same_for_all(before):
            return LOST_IN_TRAINING
        found = UNUSED
        for shift in (1, -1):
            layers.assign(net, weights | {role: weights[role] + shift})
            if np.array_equal(net.forward(inputs), before):
                continue
            gradient = net.backward(inputs, cotangent, seed=0)[layers.index[role]]
            if gradient is not None and gradient.any():
                return NOW_AND_THEN
            found = DETACHED
        return found
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
