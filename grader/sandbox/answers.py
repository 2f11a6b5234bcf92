"""What comes back from a worker, made into arrays that are safe to compare, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from grader.sandbox.blame import StudentUnusable
from grader.sandbox.wire import replies
from grader.sandbox.wire.plain import Array, Data, ProtocolError, unpack_array
from grader.sandbox.wire.values import unpack


@dataclass(frozen=True)
class Parameter:
    """A registered parameter as its owner describes it; `value` is None if it is unusable."""

    name: str
    kind: str
    requires_grad: bool
    value: np.ndarray | None


class Left(NamedTuple):
    """How a network is left by a call that it was passed to."""

    training: bool  # its mode
    as_a_whole: bool  # and that of every module in it
    trainable: bool  # all of its parameters require gradients
    unchanged: bool  # their values are what they were
    without_gradients: bool


@dataclass(frozen=True)
class Called:
    """What a call of the student's function gave; see `replies.Called`.

    All of it is plain data, with `values.Tensor` for tensors: of any shape, dtype and size within
    the protocol's bounds, so a check looks at what it is before it compares it.
    """

    value: object
    arguments: list[object]
    gradients: list[object]
    forwards: list[tuple[int, bool, bool]]
    asked: list[list[object]]
    left: list[Left | None]
    recording: bool


def called(message: replies.Called, doing: str, count: int) -> Called:
    """What `message`, about a call with `count` arguments, holds.

    Raises:
        StudentUnusable: a part of it is not what the protocol asks for.
    """
    try:
        value = unpack(message.value)
        arguments, gradients, forwards, asked, left = (
            list_in(part)
            for part in (
                message.arguments,
                message.gradients,
                message.forwards,
                message.asked,
                message.left,
            )
        )
    except ProtocolError as error:
        raise StudentUnusable(f"{doing}: {error}") from None
    if not (
        len(arguments) == len(gradients) == len(left) == count
        and all(is_forward(each) for each in forwards)
        and all(isinstance(each, list) for each in asked)
        and all(each is None or is_left(each) for each in left)
    ):
        raise StudentUnusable(f"{doing}: a part of the answer is missing, or not what it should be")
    nets = [None if each is None else Left(*each) for each in left]
    return Called(value, arguments, gradients, forwards, asked, nets, message.recording)


def is_forward(record: object) -> bool:
    """Whether `record` is of a forward pass: rows, train mode, whether gradients were enabled."""
    return isinstance(record, tuple) and list(map(type, record)) == [int, bool, bool]


def is_left(record: object) -> bool:
    """Whether `record` says how a network is left."""
    return isinstance(record, tuple) and list(map(type, record)) == [bool] * len(Left._fields)


def list_in(data: Data) -> list[Any]:
    value = unpack(data)
    if not isinstance(value, list):
        raise ProtocolError("an answer that is no list")
    return value


def checked(message: Array | None, shape: tuple[int, ...], doing: str, what: str) -> np.ndarray:
    """The array in `message`, if it is finite float32 of exactly this shape.

    Raises:
        StudentUnusable: otherwise, with what was expected and what was seen.
    """
    if message is None:
        raise StudentUnusable(f"{doing}: no {what}")
    try:
        array = unpack_array(message)
    except ProtocolError as error:
        raise StudentUnusable(f"{doing}: {error}") from None
    if array.dtype != np.float32 or array.shape != shape:
        raise StudentUnusable(
            f"{doing} gave {what} of dtype {array.dtype} and shape {array.shape}; "
            f"expected float32 and {shape}"
        )
    if not np.isfinite(array).all():
        raise StudentUnusable(f"{doing} gave {what} that are not all finite (NaN or infinity)")
    return array


def parameters_of(messages: list[replies.Parameter]) -> list[Parameter]:
    """Their names and kinds are one line each: a message with others could be mistaken for ours."""
    parameters = []
    for message in messages:
        try:
            value = None if message.value is None else unpack_array(message.value)
        except ProtocolError:
            value = None
        name, kind = (" ".join(text.split()) for text in (message.name, message.kind))
        parameters.append(Parameter(name, kind, message.requires_grad, value))
    return parameters


def draw_of(message: Array) -> np.ndarray:
    return checked(message, (4,), "torch.rand", "numbers")
