"""What messages are made of: text, arrays and trees of plain data, each of a bounded size.

Arrays travel as raw bytes with dtype and shape.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec
import numpy as np

MAX_MESSAGE_BYTES = 64 << 20
MAX_TEXT = 2000  # characters of one string in a reply
# Entries of one list in a reply: without a bound, 64 MiB of one-byte entries become gigabytes of
# Python objects on the trusted side.
MAX_ITEMS = 256
MAX_DIMENSIONS = 8
# Of one tree of plain data: a forged one must cost the trusted side neither memory nor its stack.
MAX_NODES = 8192
MAX_DEPTH = 8

# Little-endian on every machine that PyTorch supports; complex, object and half types stay out.
DTYPES = {"float32": np.float32, "float64": np.float64, "int64": np.int64, "uint8": np.uint8}
_NAMES = {np.dtype(kind): name for name, kind in DTYPES.items()}  # dtype.name is slow


class ProtocolError(Exception):
    """The bytes received are not a message of this protocol."""


class Array(msgspec.Struct, frozen=True):
    """A dense array: `data` holds the entries of `shape` in C order."""

    dtype: Annotated[str, msgspec.Meta(max_length=20)]
    shape: Annotated[tuple[int, ...], msgspec.Meta(max_length=MAX_DIMENSIONS)]
    data: memoryview


def pack_array(array: np.ndarray) -> Array:
    """Wrap `array` for sending. Its dtype must be one of DTYPES."""
    array = np.asarray(array, order="C")
    # The flat byte view also works for arrays without entries, which memoryview.cast refuses.
    return Array(_NAMES[array.dtype], array.shape, array.reshape(-1).view(np.uint8).data)


def unpack_array(message: Array) -> np.ndarray:
    """The (read-only) array that `message` describes.

    Raises:
        ProtocolError: if dtype, shape and number of bytes do not fit together.
    """
    dtype = DTYPES.get(message.dtype)
    if dtype is None:
        raise ProtocolError(f"an array of dtype {message.dtype!r}")
    # Sizes are bounded one by one, as beside a 0 any other would fit.
    if any(not 0 <= size <= MAX_MESSAGE_BYTES for size in message.shape):
        raise ProtocolError(f"an array of shape {message.shape}")
    if math.prod(message.shape) * np.dtype(dtype).itemsize != message.data.nbytes:
        raise ProtocolError("an array whose bytes do not fit its shape")
    try:
        return np.frombuffer(message.data, dtype).reshape(message.shape)
    except ValueError as error:  # (0, 2^26, 2^26, ...), which NumPy can't count
        raise ProtocolError(f"an array that NumPy refuses: {error}") from None


Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Few = msgspec.Meta(max_length=MAX_ITEMS)


class Node(msgspec.Struct, frozen=True, array_like=True):
    """One value of a tree that is written down from its root, each value before what it holds.

    `value` is that of a "plain" one; of a "list" or "tuple" how many values it holds, of a "dict"
    how many pairs of key and value; of an "array" (NumPy's) or a "tensor" its number in `arrays`.
    Three stand for what lives behind the wall, and travel there only: "network", whose value is its
    key; "logits", those of a network for some inputs, whose value is the network's key, followed by
    the inputs; "answers", a function that gives the next of a list's values at each call, followed
    by the list.
    """

    kind: Literal[
        "plain", "list", "tuple", "dict", "array", "tensor", "network", "logits", "answers"
    ]
    value: bool | int | float | Text | None


class Data(msgspec.Struct, frozen=True):
    """Plain data: nested lists, tuples and dicts of numbers, text, None, arrays and tensors."""

    nodes: Annotated[list[Node], msgspec.Meta(max_length=MAX_NODES)]
    arrays: Annotated[list[Array], Few]
