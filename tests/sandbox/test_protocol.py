"""What is sent arrives unchanged; what is no message is refused, and only by ProtocolError."""

from __future__ import annotations

import random
import struct
import tracemalloc

import msgspec
import numpy as np
import pytest

from grader.sandbox.wire import protocol, replies, requests
from grader.sandbox.wire.plain import DTYPES, Array, ProtocolError, pack_array, unpack_array

VECTOR = {"dtype": "float32", "shape": [1], "data": bytes(4)}
PARAMETER = {"name": "W", "kind": "", "requires_grad": True, "value": VECTOR}


def decode(body: object, number: object = 1) -> protocol.Reply:
    return protocol.decode_reply(msgspec.msgpack.encode({"id": number, "body": body}))


def array(dtype: str, shape: tuple[int, ...], data: bytes) -> Array:
    return Array(dtype, shape, memoryview(data))


# ---------------------------------------------------------------- arrays


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3), (1,) * 8])
def test_an_array_arrives_as_it_was_sent(dtype: str, shape: tuple[int, ...]) -> None:
    sent = np.random.default_rng(1).uniform(0, 200, shape).astype(dtype)
    message = protocol.Reply(7, replies.Outputs([pack_array(sent), None]))
    reply = protocol.decode_reply(protocol.encode(message)[protocol.HEADER.size :])
    assert isinstance(reply.body, replies.Outputs)
    packed, nothing = reply.body.arrays
    assert nothing is None
    assert packed is not None
    received = unpack_array(packed)
    assert received.dtype == sent.dtype
    assert received.shape == sent.shape
    assert np.array_equal(received, sent)


def test_views_are_packed_in_c_order() -> None:
    matrix = np.arange(12, dtype=np.float32).reshape(3, 4)
    for view in (matrix.T, matrix[::-1], matrix[:, ::2], np.broadcast_to(matrix[:1], (5, 4))):
        assert np.array_equal(unpack_array(pack_array(view)), view)


def test_nan_and_infinity_pass_through() -> None:
    sent = np.array([np.nan, np.inf, -np.inf, -0.0], np.float32)
    received = unpack_array(pack_array(sent))
    assert received.tobytes() == sent.tobytes()


@pytest.mark.parametrize(
    "message",
    [
        array("float16", (2,), bytes(4)),
        array("complex64", (1,), bytes(8)),
        array("object", (1,), bytes(8)),
        array(">f4", (1,), bytes(4)),
        array("", (), b""),
        array("float32", (2,), bytes(4)),
        array("float32", (1,), bytes(5)),
        array("float32", (), b""),
        array("float32", (-1,), bytes(4)),
        array("float32", (-1, -1), bytes(4)),
        array("float32", (0, -1), b""),
        array("float32", (2**32, 2**32), b""),
        array("uint8", (0, 2**62), b""),
        array("float32", (0, 2**63), b""),
        array("float32", (0, 2**64 - 1), b""),
        array("float64", (0, *[2**26] * 7), b""),
    ],
    ids=lambda message: f"{message.dtype}{message.shape}",
)
def test_an_array_that_does_not_fit_is_refused(message: Array) -> None:
    with pytest.raises(ProtocolError):
        unpack_array(message)


# ---------------------------------------------------------------- messages


def test_a_request_arrives_as_it_was_sent() -> None:
    body = requests.Build("net1", 5, (6, 5, 4), {"p": 0.5})
    request = protocol.decode_request(protocol.encode(protocol.Envelope(3, body))[4:])
    assert request == protocol.Envelope(3, body)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00",
        b"\xc1",  # never used in MessagePack
        b"\x91" * 100_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        msgspec.msgpack.encode({"id": 1}),
        msgspec.msgpack.encode({"body": {"type": "Done"}}),
        msgspec.msgpack.encode({"id": 1, "body": {"type": "Done"}}) + b"\0",
        msgspec.msgpack.encode({"id": 1, "body": {"type": "Loaded", "callables": ["\0"]}})[:-2],
    ],
    ids=repr,
)
def test_bytes_that_are_no_reply_are_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        protocol.decode_reply(payload)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"type": "Load", "slug": "relu", "source": ""},  # a request
        {"type": "Loaded"},
        {"type": "Loaded", "callables": ["Net"]},
        {"type": "Loaded", "callables": "Net", "seed": 1},
        {"type": "Loaded", "callables": [1], "seed": 1},
        {"type": "Loaded", "callables": ["Net"], "seed": "1"},
        {"type": "Raised", "doing": "", "error": "", "message": b"\xff", "line": 1},
        {"type": "Raised", "doing": "", "error": "", "message": "", "line": "1"},
        {"type": "Raised", "doing": "", "error": "", "message": "x" * 3000, "line": None},
        {"type": "Unusable", "doing": "", "problem": "x" * 3000},
        {"type": "Outputs", "arrays": [{**VECTOR, "shape": [1] * 9}]},
        {"type": "Outputs", "arrays": [{**VECTOR, "shape": [1.5]}]},
        {"type": "Outputs", "arrays": [{**VECTOR, "data": "text"}]},
        {"type": "Outputs", "arrays": [{**VECTOR, "dtype": "f" * 100}]},
        {"type": "OptimizerMade", "held": [0.5], "next_draw": VECTOR},
        {"type": "Built", "parameters": [{**PARAMETER, "name": 1}], "next_draw": VECTOR},
    ],
    ids=lambda body: repr(body)[:60],
)
def test_a_body_of_another_form_is_refused(body: object) -> None:
    with pytest.raises(ProtocolError):
        decode(body)


@pytest.mark.parametrize("number", ["1", None, 1.5, 2**64 - 1.0])
def test_an_id_that_is_no_integer_is_refused(number: object) -> None:
    with pytest.raises(ProtocolError):
        decode({"type": "Done"}, number)


def test_a_refused_message_costs_no_more_memory_than_it_has_bytes() -> None:
    count = 4 << 20
    body = msgspec.msgpack.encode({"id": 1, "body": {"type": "Stepped", "values": []}})[:-1]
    payload = body + b"\xdd" + struct.pack(">I", count) + b"\x90" * count
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            protocol.decode_reply(payload)
        assert tracemalloc.get_traced_memory()[1] < len(payload)
    finally:
        tracemalloc.stop()


# ---------------------------------------------------------------- chance


def valid_payloads() -> list[bytes]:
    bodies: list[replies.Body] = [
        replies.Ready({"files": True}),
        replies.Done(),
        replies.Loaded(["Net"], 1),
        replies.Built(
            [replies.Parameter("W", "a tensor", True, pack_array(np.eye(2, dtype="f4")))],
            pack_array(np.zeros(4, np.float32)),
        ),
        replies.Outputs([pack_array(np.ones((2, 3), np.float64)), None]),
        replies.Stepped([[pack_array(np.ones(2, np.int64))]]),
        replies.Raised("importing", "ValueError", "why", 3),
        replies.Unusable("the forward pass", "None"),
    ]
    return [bytes(protocol.encode(protocol.Reply(i, body))[4:]) for i, body in enumerate(bodies)]


def arrays_in(value: object) -> list[Array]:
    if isinstance(value, Array):
        return [value]
    if isinstance(value, msgspec.Struct):
        value = [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, list):
        return [found for item in value for found in arrays_in(item)]
    return []


def mutate(rng: random.Random, payload: bytes) -> bytes:
    mutant = bytearray(payload)
    for _ in range(rng.randint(1, 4)):
        where = rng.randrange(len(mutant) + 1)
        kind = rng.random()
        if kind < 0.5 and where < len(mutant):
            mutant[where] = rng.choice((rng.randrange(256), 0, 0x7F, 0xFF, 0xCF, 0xD3, 0xDD, 0xDF))
        elif kind < 0.7:
            mutant[where:where] = rng.randbytes(rng.randint(1, 9))
        elif kind < 0.9:
            del mutant[where : where + rng.randint(1, 9)]
        else:
            mutant += mutant[where:]
    return bytes(mutant)


@pytest.mark.parametrize("seed", range(4))
def test_altered_messages_are_decoded_or_refused_and_nothing_else(seed: int) -> None:
    rng, payloads = random.Random(seed), valid_payloads()
    accepted = 0
    for _ in range(10_000):
        try:
            reply = protocol.decode_reply(mutate(rng, rng.choice(payloads)))
            accepted += 1
            for found in arrays_in(reply.body):
                unpack_array(found)
        except ProtocolError:
            pass
    assert accepted > 100  # or else the mutants were too wild to show anything


@pytest.mark.parametrize("seed", range(4))
def test_random_arrays_are_unpacked_or_refused_and_nothing_else(seed: int) -> None:
    rng = random.Random(seed)
    sizes = (0, 1, 2, 3, -1, 2**26, 2**31, 2**62, 2**63, 2**64 - 1)
    unpacked = 0
    for _ in range(10_000):
        shape = tuple(rng.choice(sizes[: rng.choice((4, 10))]) for _ in range(rng.randint(0, 8)))
        dtype = rng.choice((*DTYPES, "float16", "O", "V4", "float32\0"))
        data = bytes(rng.choice((0, 1, 4, 8, 16, 24, 48)))
        try:
            unpack_array(array(dtype, shape, data))
            unpacked += 1
        except ProtocolError:
            pass
    assert unpacked > 100
