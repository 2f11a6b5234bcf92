"""Forges an array of no entries whose shape no computer can count."""

import contextlib
import os
import struct

import msgspec
import torch


def reply(number, kind, **fields):
    """A well-formed reply to request `number`."""
    payload = msgspec.msgpack.encode({"id": number, "body": {"type": kind, **fields}})
    return struct.pack(">I", len(payload)) + payload


def write_everywhere(message):
    for fd in range(1025):
        if fd not in (1, 2):
            with contextlib.suppress(OSError):
                os.write(fd, message)


draw = {"dtype": "float32", "shape": (4,), "data": bytes(16)}
shape = (0, 2**63, 2**64 - 1)
uncountable = {"dtype": "float32", "shape": shape, "data": b""}
parameter = {"name": "W", "kind": "", "requires_grad": True, "value": uncountable}
write_everywhere(reply(1, "Loaded", callables=["Net"], seed=torch.initial_seed()))
write_everywhere(reply(2, "Built", parameters=[parameter] * 4, next_draw=draw))
write_everywhere(reply(3, "Outputs", arrays=[uncountable]))
