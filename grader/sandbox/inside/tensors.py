"""Tensors and text on their way between student code and messages; the untrusted side only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TypeGuard, TypeVar

import torch
from torch import nn

from grader.sandbox.wire import replies
from grader.sandbox.wire.plain import (
    DTYPES,
    MAX_DIMENSIONS,
    MAX_ITEMS,
    MAX_TEXT,
    Array,
    pack_array,
    unpack_array,
)


class UnusableError(Exception):
    """The student's code returned something that is not what the contract asks for."""


def seed_torch(seed: int) -> None:
    """torch.manual_seed for the CPU alone: for a CUDA build without a GPU that also formats a stack
    trace, which takes a hundred times as long."""
    torch.default_generator.manual_seed(seed)


@contextlib.contextmanager
def uninitialised_memory_as_nan() -> Iterator[None]:
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


def array_to_tensor(message: Array) -> torch.Tensor:
    # A copy: student code may write into what it is given.
    return torch.from_numpy(unpack_array(message).copy())


def tensor_to_array(tensor: torch.Tensor) -> Array:
    """Dense CPU tensors of the protocol's dtypes only; others are named, not converted."""
    name = str(tensor.dtype).removeprefix("torch.")
    if (
        tensor.layout != torch.strided
        or tensor.device.type != "cpu"
        or name not in DTYPES
        or tensor.dim() > MAX_DIMENSIONS
    ):
        raise UnusableError(f"a dense float32 CPU tensor was expected, not {kind_of(tensor)}")
    return pack_array(tensor.detach().resolve_conj().resolve_neg().numpy())


# What is registered, whatever a subclass makes of its own parameters() and named_parameters().
named_parameters = nn.Module.named_parameters


def parameters_of(net: nn.Module) -> list[nn.Parameter]:
    return [parameter for _, parameter in named_parameters(net)]


def describe_parameters(net: nn.Module) -> list[replies.Parameter]:
    described: list[replies.Parameter] = []
    for name, parameter in named_parameters(net):
        if len(described) == MAX_ITEMS:
            raise UnusableError(f"the network has more than {MAX_ITEMS} parameters")
        try:
            value = tensor_to_array(parameter)
        except UnusableError:
            value = None
        described.append(
            replies.Parameter(
                sendable(str(name), 200), kind_of(parameter), parameter.requires_grad, value
            )
        )
    return described


T = TypeVar("T")
_bases = type.__dict__["__mro__"].__get__


def is_a(value: object, kind: type[T]) -> TypeGuard[T]:
    """Whether `value` is of this class: isinstance would believe what it says of itself, in
    `__class__`."""
    return kind in _bases(type(value))


def kind_of(value: object) -> str:
    """What `value` is, in a few words: "a float64 tensor of shape (3, 4)", "None", "a list"."""
    if value is None:
        return "None"
    if is_a(value, torch.Tensor):
        if nn.parameter.is_lazy(value):
            return "a lazy parameter that no input has given a shape"
        dtype = str(value.dtype).removeprefix("torch.")
        layout = "" if value.layout == torch.strided else f" {value.layout}".replace("torch.", "")
        device = "" if value.device.type == "cpu" else f" on {value.device.type}"
        return f"a {dtype}{layout} tensor of shape {tuple(value.shape)}{device}"[:500]
    name = type(value).__name__[:100]
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def text_of(error: BaseException) -> str:
    """The message of `error`, bounded; an exception's own __str__ may raise or return anything."""
    try:
        text = str(error)
    except Exception:
        text = "(its message can't be shown)"
    if isinstance(error, SyntaxError):
        text = error.msg
    return sendable(str(text), MAX_TEXT)


def sendable(text: str, limit: int) -> str:
    """The beginning of `text`, with "?" for surrogates, which UTF-8 has no bytes for."""
    return text[:limit].encode("utf-8", "replace").decode()
