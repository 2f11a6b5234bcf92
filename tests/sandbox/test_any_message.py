"""Whatever plain data is: it crosses the wall unchanged, and bytes that are no message are told."""

from __future__ import annotations

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.sandbox.wire import protocol, replies
from grader.sandbox.wire.plain import ProtocolError, pack_array, unpack_array
from grader.sandbox.wire.values import Tensor, UnsendableError, pack, unpack

QUICK = settings(derandomize=True, deadline=None, max_examples=200)
DTYPES = st.sampled_from([np.float32, np.float64, np.int64, np.uint8])
ARRAYS = DTYPES.flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=8, max_side=3))
)
INTEGERS = st.integers(-(2**63) + 1, 2**63 - 1)
PLAIN = st.one_of(st.none(), st.booleans(), INTEGERS, st.floats(), st.text(max_size=50), ARRAYS)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=10), inner, max_size=4),
    ),
    max_leaves=12,
)


def same(one: object, other: object) -> bool:
    """Equal, of one type, NaN to NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return same(one.array, other.array)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


def travel(value: object) -> object:
    """Packed, sent, received and unpacked."""
    body = replies.Called(pack(value), *(pack([]) for _ in range(5)), recording=True)
    message = protocol.encode(protocol.Reply(7, body))
    size = protocol.HEADER.size
    assert protocol.body_size(bytes(message[:size])) == len(message) - size
    reply = protocol.decode_reply(message[size:])
    assert reply.id == 7 and isinstance(reply.body, replies.Called)
    return unpack(reply.body.value)


@QUICK
@given(VALUES)
def test_plain_data_crosses_the_wall_unchanged(value: object) -> None:
    try:
        arrived = travel(value)
    except UnsendableError as error:  # NumPy's arrays have at most 8 dimensions there, and so on
        raise AssertionError(error) from None
    assert same(arrived, value)


@QUICK
@given(ARRAYS)
def test_an_array_crosses_the_wall_bit_by_bit(array: np.ndarray) -> None:
    received = unpack_array(pack_array(array))
    assert same(received, np.asarray(array, order="C"))


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes_are_a_reply_or_refused(payload: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        assert isinstance(protocol.decode_reply(payload), protocol.Reply)


@QUICK
@given(VALUES, st.data())
def test_a_message_that_was_changed_is_a_reply_or_refused(
    value: object, data: st.DataObject
) -> None:
    body = replies.Called(pack(value), *(pack([]) for _ in range(5)), recording=True)
    payload = bytearray(protocol.encode(protocol.Reply(7, body))[protocol.HEADER.size :])
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.integers(0, len(payload) - 1))
        payload[where] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        reply = protocol.decode_reply(payload)
        assert isinstance(reply, protocol.Reply)
        if isinstance(reply.body, replies.Called):
            unpack(reply.body.value)
