"""Plain data for the boundary: what arrives is what was sent, and forged data is refused."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from grader.sandbox.wire.plain import DTYPES, Data, Node, ProtocolError, pack_array
from grader.sandbox.wire.values import Answers, GivenNetwork, Tensor, UnsendableError, pack, unpack


def travel(value: object) -> object:
    """`value` after it crossed the boundary as bytes."""
    encoded = msgspec.msgpack.encode(pack(value))
    return unpack(msgspec.msgpack.decode(encoded, type=Data))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(2**63) + 1,
        1.5,
        "größer 更大",
        [],
        (),
        {},
        [1, (2.0, [None, {"a": [True], 3: "b"}])],
        [{"lr": 1e-5}, {"lr": 0.1}],
    ],
    ids=repr,
)
def test_plain_values_arrive_as_they_were(value: object) -> None:
    arrived = travel(value)
    assert arrived == value
    assert type(arrived) is type(value)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (2, 0, 3)], ids=repr)
def test_arrays_and_tensors_arrive_with_dtype_and_shape(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    arrived = travel([array, Tensor(array)])
    assert isinstance(arrived, list)
    assert isinstance(arrived[0], np.ndarray)
    assert isinstance(arrived[1], Tensor)
    for there in (arrived[0], arrived[1].array):
        assert (there.dtype, there.shape) == (array.dtype, array.shape)
        assert np.array_equal(there, array)


def test_a_transposed_array_arrives_as_it_looks() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    assert np.array_equal(travel(array), array)  # type: ignore[arg-type]


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def circle() -> object:
    value: list[object] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (object(), "an object"),
        ({1, 2}, "a set"),
        (len, "a builtin_function_or_method"),
        (2**64, "an integer of 65 bits"),
        ("x" * 2001, "a text of 2001 characters"),
        (nested(9), "nested more than 8 deep"),
        (circle(), "nested more than 8 deep"),
        ([0] * 10_000, "more than 8192 values"),
        ([np.zeros(1)] * 300, "more than 256 arrays"),
        (np.zeros(2, np.complex64), "an array of dtype complex64"),
        (np.array([object()]), "an array of dtype object"),
    ],
)
def test_what_is_no_plain_data_or_too_much_of_it_is_not_sent(value: object, said: str) -> None:
    with pytest.raises(UnsendableError, match=said):
        pack(value)


def test_the_deepest_and_longest_values_allowed_arrive() -> None:
    assert travel(nested(8)) == nested(8)
    assert travel([0] * 8191) == [0] * 8191


ONE = pack_array(np.zeros(1))
FORGED: dict[str, Callable[[], Data]] = {
    "nothing": lambda: Data([], []),
    "two values": lambda: Data([Node("plain", 1)] * 2, []),
    "a list cut short": lambda: Data([Node("list", 2), Node("plain", 1)], []),
    "an endless list": lambda: Data([Node("list", 2**62)], []),
    "a list of minus one": lambda: Data([Node("list", -1)], []),
    "a list of true": lambda: Data([Node("list", True), Node("plain", 1)], []),
    "a list of text": lambda: Data([Node("list", "2")], []),
    "nested without end": lambda: Data([Node("list", 1)] * 1000, []),
    "a dict cut short": lambda: Data([Node("dict", 1), Node("plain", "a")], []),
    "a dict with a list for a key": lambda: Data(
        [Node("dict", 1), Node("list", 0), Node("plain", 1)], []
    ),
    "an array that is not there": lambda: Data([Node("array", 1)], [ONE]),
    "an array before the first": lambda: Data([Node("array", -1)], [ONE]),
    "an array without a number": lambda: Data([Node("tensor", None)], [ONE]),
    "a network": lambda: pack(GivenNetwork("net1")),
    "a function": lambda: pack(Answers([1])),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_forged_data_is_refused(forged: Callable[[], Data]) -> None:
    with pytest.raises(ProtocolError):
        unpack(forged())


def test_more_nodes_than_allowed_are_refused_before_they_are_read() -> None:
    encoded = msgspec.msgpack.encode(Data([Node("plain", 1)] * 8193, []))
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(encoded, type=Data)
