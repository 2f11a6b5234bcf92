"""Forges 16 MiB of empty lists, which would be a gigabyte as Python objects."""

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


count = 16 << 20
body = reply(1, "Stepped", values=[])[4:-1] + b"\xdd" + struct.pack(">I", count) + b"\x90" * count
write_everywhere(struct.pack(">I", len(body)) + body)
