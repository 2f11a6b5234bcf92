"""What checks share says no where it has to, on answers that no module of the zoo gives."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.checks.kit.curves import relu
from grader.checks.kit.functions import number_in
from grader.checks.kit.layers import Layers, expect_gradients, two_layers
from grader.checks.kit.optimizers import steps_agreed
from grader.checks.kit.probes import Failure, close, show, show_apart
from grader.checks.kit.shared import expect_reproducible_network
from grader.checks.kit.training_run import compared_gradients
from grader.checks.test_mini_batches import test_new_order_each_epoch as expect_new_orders
from grader.sandbox.answers import Parameter
from grader.sandbox.wire.values import Tensor

SIZES = (4, 3, 2)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def parameters(seed: int) -> list[Parameter]:
    drawn = np.random.default_rng(seed)
    return [
        Parameter(role, "a tensor", True, drawn.standard_normal(shape, np.float32))
        for role, shape in two_layers(SIZES).items()
    ]


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_is_close_to_nothing(number: float) -> None:
    finite, other = np.ones(3), np.array([1, 1, number])
    assert close(finite, finite)
    assert not close(finite, other)
    assert not close(other, finite)
    assert not close(other, other)


@pytest.mark.parametrize(("off", "is_close"), [(1.9e-4, True), (2.1e-4, False)])
def test_two_parts_in_ten_thousand_of_the_largest_entry_are_rounding(
    off: float, is_close: bool
) -> None:
    expected = np.array([0.0, 1.0, -10.0])
    for place in range(3):
        seen = expected.copy()
        seen[place] += 10 * off
        assert close(seen, expected) == is_close


@pytest.mark.parametrize(("off", "agreed"), [(0.9e-3, 10), (1.2e-3, 9)])
def test_an_optimizer_may_be_off_by_a_part_of_the_way_that_it_has_gone(
    off: float, agreed: int
) -> None:
    """Not of how far it is from its start, summed over the steps: that would be 55 here, not 10."""
    expected = [np.array([float(step)]) for step in range(1, 11)]
    seen = [*expected[:-1], expected[-1] + off]
    assert steps_agreed(np.zeros(1), seen, expected) == agreed


@pytest.mark.parametrize("largest", [1.0, 100.0])
def test_of_a_unit_that_is_about_to_turn_on_either_slope_of_relu_is_right(largest: float) -> None:
    edge = 1e-5 * largest
    units = np.array([[-largest, -1.1 * edge, -0.9 * edge, 0.0, 0.9 * edge, 1.1 * edge, largest]])
    assert relu(units).slope_error.tolist() == [[0, 0, 1, 1, 1, 0, 0]]
    assert relu(units).slope.tolist() == [[0, 0, 0, 0, 1, 1, 1]]


@pytest.mark.parametrize("value", [True, Tensor(np.array(True)), "1", None, np.nan])
def test_what_is_no_number_is_not_taken_for_one(value: object) -> None:
    with pytest.raises(Failure, match="evaluate to give a number"):
        number_in(value, "evaluate")


class FakeStudent:
    """Builds networks by their seed; `next_draw` is what it leaves of torch's generator."""

    def __init__(self, next_draw: Any) -> None:
        self._next_draw = next_draw

    def build(self, *sizes: int, seed: int) -> Any:
        draw = np.array([self._next_draw(seed)])
        return SimpleNamespace(parameters=parameters(seed), next_draw=draw)

    def reseeds_at_import(self) -> bool:
        return False


def test_a_generator_that_is_left_otherwise_each_time_is_no_reproducible_network() -> None:
    def judge(next_draw: Any) -> None:
        expect_reproducible_network(FakeStudent(next_draw), rng(), SIZES)  # type: ignore[arg-type]

    judge(lambda seed: seed)
    calls = iter(range(100))
    with pytest.raises(Failure, match="another state each time"):
        judge(lambda seed: next(calls))
    with pytest.raises(Failure, match="it was seeded anew"):
        judge(lambda seed: 7)


def test_what_differs_most_stands_first_in_a_message() -> None:
    expected, seen = np.array([[1.0, 2, -3], [4, 5, 6]]), np.array([[1.0, 2, 0], [4, 5, 6.5]])
    assert show_apart(expected, seen) == ("[-3, 6, 1, …]", "[0, 6.5, 1, …]")


def test_a_zero_has_no_sign_in_a_message() -> None:
    assert show(np.array([-0.0, 0.0, -1e-9, 2])) == "[0, 0, -1e-09, …]"


@pytest.mark.parametrize("role", ["W1", "b1", "W2", "b2"])
def test_a_gradient_of_zeros_has_not_arrived(role: str) -> None:
    known = parameters(1)

    def network(arrived: dict[str, np.ndarray | None]) -> Any:
        gradients = [arrived.get(p.name, p.value) for p in known]
        return SimpleNamespace(
            sizes=SIZES,
            assign=lambda values: None,
            backward=lambda inputs, cotangent, seed: gradients,
            forward=lambda inputs, **_: np.zeros((len(inputs), SIZES[-1])),
        )

    layers = Layers(known, two_layers(SIZES))
    expect_gradients(network({}), layers, rng())
    zeros = np.zeros(two_layers(SIZES)[role], np.float32)
    for net in (network({role: zeros}), network({role: None})):
        with pytest.raises(Failure, match=f"the loss's gradient to reach `{role}`"):
            expect_gradients(net, layers, rng())
    expect_gradients(network({role: zeros}), layers, rng(), may_be_zero=[role])


@pytest.mark.parametrize(
    ("names", "expected", "seen"),
    [
        (
            ["fc1.bias"],
            "gamma (3,), beta (3,), perhaps b_1 (3,)",
            "of shape (3,): `fc1.bias`",
        ),
        (
            ["running_mean", "scale", "shift", "fc1.bias"],
            "gamma (3,), beta (3,), perhaps b_1 (3,)",
            "of shape (3,): `running_mean`, `scale`, `shift`, `fc1.bias`",
        ),
        ([], "gamma (3,), beta (3,), perhaps b_1 (3,)", "of shape (3,): none"),
    ],
)
def test_which_of_the_roles_of_one_shape_a_parameter_has_is_not_guessed_in_a_message(
    names: list[str], expected: str, seen: str
) -> None:
    vectors = [Parameter(name, "a tensor", True, np.ones(3, np.float32)) for name in names]
    shapes = dict.fromkeys(("gamma", "beta", "b1"), (3,))
    with pytest.raises(Failure) as raised:
        Layers(vectors, shapes, optional=["b1"])
    assert f"Expected: the parameters {expected}.\nSeen: {seen}." in str(raised.value)


def test_a_unit_that_learns_much_does_not_hide_another_one() -> None:
    """Of the second unit, whose gradients are a thousandth of the first one's, half is missing."""
    predicted = {"W1": np.array([[1000.0, 900.0], [1.0, 0.9]]), "b1": np.array([1000.0, 1.0])}
    none = {role: np.zeros_like(value) for role, value in predicted.items()}
    passed = SimpleNamespace(gradients=lambda _: {r: (v, none[r]) for r, v in predicted.items()})

    def agree(w1: list[list[float]]) -> dict[str, bool]:
        seen = predicted | {"W1": np.array(w1)}
        units = SimpleNamespace(cotangent=None, gradients=seen, errors=none)
        return {role: ok for role, _, _, ok in compared_gradients(units, passed)}  # type: ignore[arg-type]

    assert agree([[1000.0, 900.0], [1.0, 0.9]]) == {"W1": True, "b1": True}
    assert agree([[1000.0, 900.0], [0.5, 0.45]]) == {"W1": False, "b1": True}


@pytest.mark.parametrize(("orders", "is_new"), [(2, False), (3, True)])
def test_two_orders_by_turns_are_not_a_new_one_in_each_epoch(orders: int, is_new: bool) -> None:
    calls = itertools.count()

    def call(
        name: str, inputs: Tensor, targets: Tensor, size: int, *, options: Any, seed: Any
    ) -> Any:
        drawn = np.random.default_rng(next(calls) % orders).permutation(len(inputs.array))
        rows = np.split(drawn, range(size, len(drawn), size))
        batches = [[Tensor(inputs.array[few]), Tensor(targets.array[few])] for few in rows]
        return SimpleNamespace(value=batches, arguments=[inputs, targets])

    student: Any = SimpleNamespace(call=call)
    if is_new:
        expect_new_orders(student, rng())
    else:
        with pytest.raises(Failure, match="another order in each epoch"):
            expect_new_orders(student, rng())
