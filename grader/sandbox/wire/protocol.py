"""How the trusted side and a worker exchange messages: typed, size-limited, never pickled.

A message is a 4-byte big-endian length followed by that many bytes of MessagePack. Each side
decodes into the types of requests.py and replies.py and refuses everything else, so a forged
message can at worst be a wrong answer.
"""

from __future__ import annotations

import struct

import msgspec

from grader.sandbox.wire.plain import MAX_MESSAGE_BYTES, ProtocolError
from grader.sandbox.wire.replies import Body
from grader.sandbox.wire.requests import Request

HEADER = struct.Struct(">I")


class Envelope(msgspec.Struct):
    """A request and the number that its reply must carry."""

    id: int
    body: Request


class Reply(msgspec.Struct):
    """A reply to the request with this id."""

    id: int
    body: Body


_encoder = msgspec.msgpack.Encoder()
decode_request = msgspec.msgpack.Decoder(Envelope).decode
_reply_decoder = msgspec.msgpack.Decoder(Reply)


def encode(message: Envelope | Reply) -> bytearray:
    """`message` with its length in front.

    Raises:
        ProtocolError: if it is larger than MAX_MESSAGE_BYTES.
    """
    buffer = bytearray(HEADER.size)
    _encoder.encode_into(message, buffer, HEADER.size)
    size = len(buffer) - HEADER.size
    if size > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"a message of {size >> 20} MiB; at most {MAX_MESSAGE_BYTES >> 20}")
    HEADER.pack_into(buffer, 0, size)
    return buffer


def decode_reply(payload: bytes | memoryview) -> Reply:
    """The reply in `payload`.

    Raises:
        ProtocolError: if it is not one.
    """
    try:
        return _reply_decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ProtocolError(str(error)[:200]) from None


def body_size(header: bytes) -> int:
    """The number of bytes that follow `header`.

    Raises:
        ProtocolError: if a message may not be that large.
    """
    size: int
    (size,) = HEADER.unpack(header)
    if size > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"a message of {size} bytes was announced")
    return size
