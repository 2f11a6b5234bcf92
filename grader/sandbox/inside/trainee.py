"""A network in training, an epoch at a time, and what the steps of the latest ones left behind.

What is kept here lies in the reach of student code. It proves something only because the trusted
side asks to see a step when all are over: what was forged then has to agree with the formulas that
the step was to follow, and so with the work that was to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from grader.sandbox.inside.tensors import UnusableError, parameters_of, tensor_to_array
from grader.sandbox.wire import replies, requests
from grader.sandbox.wire.plain import MAX_ITEMS, Array, unpack_array

MAX_BUFFERED = 1 << 14  # entries of all buffers together; more are not shown

# Bound before student code runs, and called on the classes, whose methods an instance may hide.
_named_buffers = nn.Module.named_buffers
_cat, _stack, _empty = torch.cat, torch.stack, torch.empty
_zeros, _zeros_like = torch.zeros, torch.zeros_like
_detach, _reshape, _clone, _float, _numel = (
    Tensor.detach,
    Tensor.reshape,
    Tensor.clone,
    Tensor.float,
    Tensor.numel,
)
_grad = torch._C.TensorBase.__dict__["grad"].__get__
_cross_entropy, _backward = nn.functional.cross_entropy, Tensor.backward
_as_given = torch._C.DisableTorchFunctionSubclass  # a subclass's own idea of these is not asked


class Trainee:
    """One run of the seed's loop; `forward` calls the network as the worker calls it."""

    def __init__(
        self,
        net: nn.Module,
        optimizer: torch.optim.Optimizer,
        images: Tensor,
        labels: Tensor,
        batch_size: int,
        forward: Callable[[nn.Module, Tensor], Tensor],
        *,
        kept: int,
    ) -> None:
        self.net = net
        self.optimizer = optimizer
        self.batches = list(zip(images.split(batch_size), labels.split(batch_size), strict=True))
        self.forward = forward
        self.parameters = parameters_of(net) if kept else []
        self.sizes = [_numel(p) for p in self.parameters]
        # Before the first step that is kept and the one before that, and after each that is.
        self.values = _empty(2 + max(kept, 1) * len(self.batches), sum(self.sizes))
        self._write(self.values[0])
        self.values[1] = self.values[0]
        self.filled = 2
        self.buffers = [self._copy_of_buffers()]  # before that step, and after each

    def epoch(self, request: requests.TrainEpoch) -> replies.Trained:
        if self.filled == len(self.values):
            self.values[:2] = self.values[-2:]
            self.buffers = self.buffers[-1:]
            self.filled = 2
        first = self.filled
        self.filled += len(self.batches)
        steps = self.values[first : self.filled]
        places = self._places(request.coordinates)
        logits, gradients = [], []
        self.net.train()
        for (images, targets), values in zip(self.batches, steps, strict=True):
            self.optimizer.zero_grad()
            output = self.forward(self.net, images)
            _backward(_cross_entropy(output, targets))  # type: ignore[no-untyped-call]
            # The next steps may write into the same memory.
            logits.append(tensor_to_array(_clone(_detach(output))))
            gradients.append(self._gradients(places))
            self.optimizer.step()
            self._write(values)
            self.buffers.append(self._copy_of_buffers())
        chosen = indices(request.coordinates)
        return replies.Trained(
            logits,
            tensor_to_array(_stack(gradients)),
            tensor_to_array(steps[:, chosen]),
        )

    def follow(self, request: requests.Follow) -> replies.Followed:
        return replies.Followed(
            tensor_to_array(self.values[: self.filled, indices(request.coordinates)]),
            [[tensor_to_array(buffer) for buffer in buffers] for buffers in self.buffers],
        )

    def reveal(self, request: requests.Reveal) -> replies.Revealed:
        return replies.Revealed(tensor_to_array(self.values[request.step + 1]))

    def measure(self, images: Tensor) -> replies.Measured:
        self.net.eval()
        with torch.no_grad():
            logits = self.forward(self.net, images)
        self._write(self.values[-1])
        return replies.Measured(
            tensor_to_array(logits),
            tensor_to_array(self.values[-1]),
            [tensor_to_array(buffer) for buffer in self._copy_of_buffers()],
        )

    def _write(self, target: Tensor) -> None:
        """Copy all parameters into one row."""
        if self.parameters:
            with torch.no_grad(), _as_given():
                _cat(self._flat(self.parameters), out=target)

    def _flat(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Each of the parameters, or of what has their sizes, as a row."""
        flat = [_reshape(_detach(t), (-1,)) for t in tensors]
        if [_numel(f) for f in flat] != self.sizes:
            raise UnusableError("a parameter has another size than before the training")
        return flat

    def _places(self, coordinates: Array) -> list[Tensor]:
        """The coordinates by parameter, counted from its own first entry."""
        chosen = indices(coordinates)
        ends = torch.tensor(self.sizes, dtype=torch.int64).cumsum(0)
        parts = torch.tensor_split(chosen, torch.searchsorted(chosen, ends)[:-1])
        return [
            part - (end - size) for part, end, size in zip(parts, ends, self.sizes, strict=False)
        ]

    def _gradients(self, places: Sequence[Tensor]) -> Tensor:
        """What p.grad holds at the places of each parameter; zeros where there is none."""
        if not any(map(_numel, places)):
            return _zeros(0)
        with torch.no_grad(), _as_given():
            held = [_zeros_like(p) if (g := _grad(p)) is None else g for p in self.parameters]
            flat = self._flat(held)
            return _cat([f[place] for f, place in zip(flat, places, strict=True)])

    def _copy_of_buffers(self) -> list[Tensor]:
        if not self.parameters:
            return []
        with _as_given():
            floats = [b for _, b in _named_buffers(self.net) if b.dtype.is_floating_point]
            if sum(map(_numel, floats)) > MAX_BUFFERED or len(floats) > MAX_ITEMS:
                return []
            return [_float(_clone(_detach(b))) for b in floats]


def indices(coordinates: Array) -> Tensor:
    return torch.from_numpy(unpack_array(coordinates).copy())
