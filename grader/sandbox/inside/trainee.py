"""A network in training, a step at a time, and what its latest steps left behind.

What is kept here lies in the reach of student code. It proves something only because the trusted
side asks to see a step when it is over: what was forged then has to agree with the formulas that
the step was to follow, and so with the work that was to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from grader.sandbox.inside.tensors import UnusableError, parameters_of, tensor_to_array
from grader.sandbox.wire import protocol

MAX_BUFFERED = 1 << 14  # entries of all buffers together; more are not shown

# Bound before student code runs, and called on the classes, whose methods an instance may hide.
_named_buffers = nn.Module.named_buffers
_cat, _zeros, _zeros_like = torch.cat, torch.zeros, torch.zeros_like
_detach, _reshape, _clone, _numel = (
    Tensor.detach,
    Tensor.reshape,
    Tensor.clone,
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
        recorded: bool,
    ) -> None:
        self.net = net
        self.optimizer = optimizer
        self.batches = list(zip(images.split(batch_size), labels.split(batch_size), strict=True))
        self.forward = forward
        self.parameters = parameters_of(net) if recorded else []
        size = sum(_numel(p) for p in self.parameters)
        self.earlier, self.before, self.after, self.gradients = (_zeros(size) for _ in range(4))
        self._write(self.parameters, self.after)
        self.earlier_buffers: list[Tensor] = []

    def step(self, request: protocol.TrainStep) -> protocol.Trained:
        self.earlier, self.before, self.after = self.before, self.after, self.earlier
        self.earlier_buffers = self._buffers()
        images, targets = self.batches[request.batch]
        if request.batch == 0:
            self.net.train()
        self.optimizer.zero_grad()
        logits = self.forward(self.net, images)
        _backward(_cross_entropy(logits, targets))  # type: ignore[no-untyped-call]
        self._write([_grad(p) for p in self.parameters], self.gradients)
        self.optimizer.step()
        self._write(self.parameters, self.after)
        chosen = self._chosen(request.coordinates)
        return protocol.Trained(
            tensor_to_array(logits),
            tensor_to_array(self.gradients[chosen]),
            tensor_to_array(self.after[chosen]),
        )

    def reveal(self, request: protocol.Reveal) -> protocol.Revealed:
        chosen = self._chosen(request.coordinates)
        return protocol.Revealed(
            tensor_to_array(self.before),
            tensor_to_array(self.earlier[chosen]),
            tensor_to_array(self.gradients[chosen]),
            tensor_to_array(self.after[chosen]),
            [tensor_to_array(buffer) for buffer in self.earlier_buffers],
            [tensor_to_array(buffer) for buffer in self._buffers()],
        )

    def measure(self, images: Tensor) -> protocol.Measured:
        self.net.eval()
        with torch.no_grad():
            logits = self.forward(self.net, images)
        self._write(self.parameters, self.after)
        return protocol.Measured(
            tensor_to_array(logits),
            tensor_to_array(self.after),
            [tensor_to_array(buffer) for buffer in self._buffers()],
        )

    def _write(self, tensors: Sequence[Tensor | None], target: Tensor) -> None:
        """Copy `tensors`, one for each parameter, into one row; a missing one is zeros."""
        if not self.parameters:
            return
        with torch.no_grad(), _as_given():
            flat = [
                _reshape(_detach(p if t is None else t), (-1,))
                for t, p in zip(tensors, self.parameters, strict=True)
            ]
            flat = [_zeros_like(f) if t is None else f for t, f in zip(tensors, flat, strict=True)]
            if sum(map(_numel, flat)) != _numel(target):
                raise UnusableError("a parameter has another size than before the training")
            _cat(flat, out=target)

    def _buffers(self) -> list[Tensor]:
        if not self.parameters:
            return []
        with _as_given():
            floats = [b for _, b in _named_buffers(self.net) if b.dtype == torch.float32]
            if sum(map(_numel, floats)) > MAX_BUFFERED or len(floats) > protocol.MAX_ITEMS:
                return []
            return [_clone(_detach(b)) for b in floats]

    def _chosen(self, coordinates: protocol.Array) -> Tensor:
        return torch.from_numpy(protocol.unpack_array(coordinates).copy())
