"""What comes back from a worker, made into arrays that are safe to compare, or refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.sandbox import protocol
from grader.sandbox.blame import StudentUnusable


@dataclass(frozen=True)
class Parameter:
    """A registered parameter as its owner describes it; `value` is None if it is unusable."""

    name: str
    kind: str
    requires_grad: bool
    value: np.ndarray | None


def checked(
    message: protocol.Array | None, shape: tuple[int, ...], doing: str, what: str
) -> np.ndarray:
    """The array in `message`, if it is finite float32 of exactly this shape.

    Raises:
        StudentUnusable: otherwise, with what was expected and what was seen.
    """
    if message is None:
        raise StudentUnusable(f"{doing}: no {what}")
    try:
        array = protocol.unpack_array(message)
    except protocol.ProtocolError as error:
        raise StudentUnusable(f"{doing}: {error}") from None
    if array.dtype != np.float32 or array.shape != shape:
        raise StudentUnusable(
            f"{doing} gave {what} of dtype {array.dtype} and shape {array.shape}; "
            f"expected float32 and {shape}"
        )
    if not np.isfinite(array).all():
        raise StudentUnusable(f"{doing} gave {what} that are not all finite (NaN or infinity)")
    return array


def parameters_of(messages: list[protocol.Parameter]) -> list[Parameter]:
    parameters = []
    for message in messages:
        try:
            value = None if message.value is None else protocol.unpack_array(message.value)
        except protocol.ProtocolError:
            value = None
        parameters.append(Parameter(message.name, message.kind, message.requires_grad, value))
    return parameters


def draw_of(message: protocol.Array) -> np.ndarray:
    return checked(message, (4,), "torch.rand", "numbers")
