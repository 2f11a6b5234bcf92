"""Plain data for the boundary: nested values to a flat, bounded list of nodes, and back.

Neither side rebuilds anything but None, bools, numbers, text, lists, tuples, dicts and arrays from
what the other sends; a PyTorch tensor is a `Tensor` on the trusted side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from grader.sandbox.wire.plain import (
    DTYPES,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_ITEMS,
    MAX_NODES,
    MAX_TEXT,
    Array,
    Data,
    Node,
    ProtocolError,
    pack_array,
    unpack_array,
)

INTEGER_BITS = 63


class UnsendableError(ValueError):
    """A value that is no plain data, or too much of it; `str()` says which, as "a Thing"."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """What is, or is to become, a PyTorch tensor behind the wall."""

    array: np.ndarray


@dataclass(frozen=True)
class GivenNetwork:
    """A network of the grader's own behind the wall."""

    key: str


@dataclass(frozen=True, eq=False)
class Logits:
    """The logits of a network for (N, F) inputs, with their graph: made behind the wall."""

    network: GivenNetwork
    inputs: np.ndarray


@dataclass(frozen=True)
class Answers:
    """A function that takes anything and returns the next of `values` at each call."""

    values: list[object]


def pack(value: object, stand_in: Callable[[object], object] = lambda value: value) -> Data:
    """`value` as Data; `stand_in` first replaces each value by one that is known here.

    Raises:
        UnsendableError: it holds something else, is nested too deeply, or is too large.
    """
    data = Data([], [])
    _write(value, stand_in, data, 0)
    return data


def _write(value: object, stand_in: Callable[[object], object], data: Data, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise UnsendableError(f"lists nested more than {MAX_DEPTH} deep")
    if len(data.nodes) >= MAX_NODES:
        raise UnsendableError(f"more than {MAX_NODES} values")
    value = stand_in(value)
    node, inner = _node(value, data)
    data.nodes.append(node)
    for item in inner:
        _write(item, stand_in, data, depth + 1)


def _node(value: object, data: Data) -> tuple[Node, list[object]]:
    """The node of `value`, and what is to be written after it."""
    kind = type(value)
    if value is None or isinstance(value, bool):
        return Node("plain", value), []
    # Numbers of a class of the student's own become plain ones, whatever its operators say.
    if isinstance(value, float):
        return Node("plain", float.__pos__(value)), []
    if isinstance(value, int):
        number = int.__pos__(value)
        if number.bit_length() > INTEGER_BITS:
            raise UnsendableError(f"an integer of {number.bit_length()} bits")
        return Node("plain", number), []
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise UnsendableError(f"a text of {len(value)} characters")
        # "?" for surrogates, which UTF-8 has no bytes for
        return Node("plain", value.encode("utf-8", "replace").decode()), []
    if isinstance(value, list | tuple):
        return Node("tuple" if isinstance(value, tuple) else "list", len(value)), list(value)
    if isinstance(value, dict):
        return Node("dict", len(value)), [part for pair in value.items() for part in pair]
    if isinstance(value, np.ndarray):
        return Node("array", _add_array(value, data)), []
    if isinstance(value, Tensor):
        return Node("tensor", _add_array(value.array, data)), []
    if isinstance(value, GivenNetwork):
        return Node("network", value.key), []
    if isinstance(value, Logits):
        return Node("logits", value.network.key), [Tensor(value.inputs)]
    if isinstance(value, Answers):
        return Node("answers", None), [value.values]
    name = kind.__name__[:100]
    raise UnsendableError(f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}")


def _add_array(array: np.ndarray, data: Data) -> int:
    if array.ndim > MAX_DIMENSIONS or str(array.dtype) not in DTYPES:
        raise UnsendableError(f"an array of dtype {array.dtype} with {array.ndim} dimensions")
    if len(data.arrays) == MAX_ITEMS:
        raise UnsendableError(f"more than {MAX_ITEMS} arrays")
    data.arrays.append(pack_array(array))
    return len(data.arrays) - 1


Make = Callable[[Node, list[object]], object]


def refuse(node: Node, inner: list[object]) -> object:
    """What the trusted side makes of a stand-in for something behind the wall: nothing."""
    raise ProtocolError(f"a {node.kind} where plain data was expected")


def unpack(
    data: Data, tensor: Callable[[np.ndarray], object] = Tensor, make: Make = refuse
) -> object:
    """The value in `data`.

    Args:
        tensor: makes a tensor of its array; arrays are read-only.
        make: makes what lives behind the wall, of its node and of what follows it.

    Raises:
        ProtocolError: the nodes are not one whole tree, or an array is none.
    """
    nodes = iter(data.nodes)
    value = _read(nodes, data.arrays, tensor, make, 0)
    if next(nodes, None) is not None:
        raise ProtocolError("values that belong to nothing")
    return value


def _read(
    nodes: Iterator[Node],
    arrays: list[Array],
    tensor: Callable[[np.ndarray], object],
    make: Make,
    depth: int,
) -> object:
    node = next(nodes, None)
    if node is None or depth > MAX_DEPTH:
        raise ProtocolError("nested values that are cut short, or nested too deeply")
    if node.kind == "plain":
        return node.value
    if node.kind in ("array", "tensor"):
        if type(node.value) is not int or not 0 <= node.value < len(arrays):
            raise ProtocolError("an array that was not sent")
        array = unpack_array(arrays[node.value])
        return array if node.kind == "array" else tensor(array)
    inner = [_read(nodes, arrays, tensor, make, depth + 1) for _ in range(_count_of(node))]
    if node.kind == "list":
        return inner
    if node.kind == "tuple":
        return tuple(inner)
    if node.kind == "dict":
        return _dict_of(inner)
    return make(node, inner)


def _count_of(node: Node) -> int:
    """How many values follow `node` as parts of it."""
    if node.kind == "network":
        return 0
    if node.kind in ("logits", "answers"):
        return 1
    if type(node.value) is not int or not 0 <= node.value <= MAX_NODES:
        raise ProtocolError("nested values without their number")
    return 2 * node.value if node.kind == "dict" else node.value


def _dict_of(inner: list[object]) -> dict[object, object]:
    keys = inner[::2]
    if not all(key is None or isinstance(key, bool | int | float | str) for key in keys):
        raise ProtocolError("a dict whose keys are not plain")
    return dict(zip(keys, inner[1::2], strict=True))
