"""The untrusted side of a call: arguments made from a message, the call, and what it left behind.

The networks and functions that a student's function is given here keep a record of what it does
with them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from grader.sandbox.inside.tensors import (
    UnusableError,
    array_to_tensor,
    kind_of,
    seed_torch,
    tensor_to_array,
)
from grader.sandbox.wire import replies, requests, values
from grader.sandbox.wire.plain import MAX_ITEMS, Data, Node, unpack_array

MAX_YIELDED = MAX_ITEMS


class GivenNet(nn.Module):
    """Linear layers with ReLU between them; remembers each forward pass.

    Its parameters are registered one by one and named as the baseline's: W_1, b_1, W_2, …
    """

    def __init__(self, given: list[Tensor], dropout: float) -> None:
        super().__init__()
        self.count = len(given) // 2
        for number in range(self.count):
            self.register_parameter(f"W_{number + 1}", nn.Parameter(given[2 * number]))
            self.register_parameter(f"b_{number + 1}", nn.Parameter(given[2 * number + 1]))
        self.dropout = nn.Dropout(dropout)
        self.forwards: list[tuple[int, bool, bool]] = []

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, num_output) for inputs (N, num_features)."""
        self.forwards.append((len(x), self.training, torch.is_grad_enabled()))
        for number in range(1, self.count + 1):
            weight, bias = getattr(self, f"W_{number}"), getattr(self, f"b_{number}")
            x = nn.functional.linear(x, weight, bias)
            if number < self.count:
                x = self.dropout(x.relu())
        return x

    def snapshot(self) -> list[Tensor]:
        return [p.detach().clone() for p in self.parameters()]

    def left(self, before: list[Tensor]) -> tuple[bool, bool, bool, bool, bool]:
        """How it is left by a call, `before` which it was the `snapshot`."""
        after = list(self.parameters())
        return (
            self.training,
            all(module.training is self.training for module in self.modules()),
            all(p.requires_grad for p in after),
            len(before) == len(after) and all(map(torch.equal, before, after)),
            all(p.grad is None for p in after),
        )


class Answering:
    """Gives the next answer at each call; remembers what it was called with."""

    def __init__(self, answers: list[object]) -> None:
        self.answers = answers
        self.asked: list[list[object]] = []

    def __call__(self, *arguments: object) -> object:
        if len(self.asked) >= len(self.answers):
            # One call too many shows in the record, even if what it raises is caught.
            self.asked[len(self.answers) :] = [[]]
            raise RuntimeError(f"this was called more than {len(self.answers)} times")
        # A snapshot, as the same dict may be filled anew for the next call.
        self.asked.append(cast("list[object]", to_plain(list(arguments), "it passed")))
        return self.answers[len(self.asked) - 1]


def give(request: requests.Give) -> GivenNet:
    net = GivenNet([array_to_tensor(value) for value in request.values], request.dropout)
    return net.train(request.train)


class Caller:
    """One call: the objects that were made for it."""

    def __init__(self, nets: dict[str, nn.Module]) -> None:
        self._nets = nets
        self._given: list[GivenNet] = []
        self._answering: list[Answering] = []

    def carry_out(self, function: Callable[..., object], request: requests.Call) -> replies.Called:
        """Call `function` as `request` says."""
        arguments = cast("list[object]", self._unpack(request.arguments))
        options = cast("dict[str, object]", self._unpack(request.options))
        for net in self._given:
            net.forwards.clear()
            net.zero_grad()
        if request.cotangent is not None:
            for argument in arguments:
                if (
                    isinstance(argument, Tensor)
                    and argument.is_leaf
                    and argument.is_floating_point()
                ):
                    argument.requires_grad_()
        if request.seed is not None:
            seed_torch(request.seed)
        before = {net: net.snapshot() for net in self._given}
        with torch.enable_grad():  # and so again afterwards, whatever the function does
            result = drained(function(*arguments, **options))
            recording = torch.is_grad_enabled()
        left = [a.left(before[a]) if isinstance(a, GivenNet) else None for a in arguments]
        gradients: list[object] = [None] * len(arguments)
        if request.cotangent is not None:
            backward(result, array_to_tensor(request.cotangent))
            gradients = [gradients_of(argument) for argument in arguments]
        return replies.Called(
            value=pack(result, "it returned"),
            arguments=pack([a if is_array(a) else None for a in arguments], "it left"),
            gradients=pack(gradients, "it has the gradients"),
            forwards=pack(
                [f for net in self._given for f in net.forwards], "it asked the network for"
            ),
            asked=pack([a for each in self._answering for a in each.asked], "it asked with"),
            left=pack(left, "it left"),
            recording=recording,
        )

    def _unpack(self, data: Data) -> object:
        # Copies: student code may write into what it is given.
        return writable(values.unpack(data, lambda a: torch.from_numpy(a.copy()), self._make))

    def _make(self, node: Node, inner: list[object]) -> object:
        if node.kind == "answers":
            self._answering.append(Answering(cast("list[object]", inner[0])))
            return self._answering[-1]
        net = self._nets[cast(str, node.value)]
        if node.kind == "logits":
            return net(inner[0])
        if isinstance(net, GivenNet) and net not in self._given:
            self._given.append(net)
        return net


def writable(value: object) -> object:
    """`value` with arrays that may be written into, in lists as well."""
    if isinstance(value, np.ndarray):
        return value.copy()
    return [writable(item) for item in value] if isinstance(value, list) else value


def drained(result: object) -> object:
    """Of a generator or the like the list of what it yields."""
    if isinstance(result, Tensor | np.ndarray | np.generic | list | tuple | dict | str):
        return result
    # By `for`'s rules, which go through an object that has only __getitem__ as well.
    if not isinstance(result, Iterable) and not hasattr(type(result), "__getitem__"):
        return result
    # Copied at once, as the next one may be written into the same memory.
    yielded = itertools.islice(iter(cast("Iterable[object]", result)), MAX_YIELDED + 1)
    items = [to_plain(item, "it yielded") for item in yielded]
    if len(items) > MAX_YIELDED:
        raise UnusableError(f"it yielded more than {MAX_YIELDED} values")
    return items


def backward(result: object, cotangent: Tensor) -> None:
    if not isinstance(result, Tensor):
        raise UnusableError(f"it returned {kind_of(result)}, not a tensor")
    if not result.requires_grad:
        raise UnusableError("it returned a tensor that no gradient flows back from")
    if result.shape != cotangent.shape:
        raise UnusableError(
            f"it returned {kind_of(result)}, not one of shape {tuple(cotangent.shape)}"
        )
    (result * cotangent).sum().backward()


def gradients_of(argument: object) -> object:
    if isinstance(argument, nn.Module):
        return [parameter.grad for parameter in argument.parameters()]
    return argument.grad if isinstance(argument, Tensor) and argument.is_leaf else None


def is_array(value: object) -> bool:
    return isinstance(value, Tensor | np.ndarray)


def pack(value: object, doing: str) -> Data:
    try:
        return values.pack(value, stand_in)
    except values.UnsendableError as error:
        raise UnusableError(f"{doing} {error}") from None


def stand_in(value: object) -> object:
    """What the trusted side is sent in the place of `value`."""
    if isinstance(value, Tensor):
        return values.Tensor(unpack_array(tensor_to_array(value)))
    if isinstance(value, np.generic):
        return value.item()
    return value


def to_plain(value: object, doing: str) -> object:
    """A copy of `value` made of plain data only, or UnusableError."""
    return values.unpack(pack(value, doing), lambda array: torch.from_numpy(array.copy()))
