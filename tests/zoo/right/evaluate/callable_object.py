"""An object that is called, with type hints."""
from __future__ import annotations

import torch
from torch import Tensor, nn


class Accuracy:
    def __init__(self) -> None:
        self.right: int = 0
        self.seen: int = 0

    def __call__(self, net: nn.Module, inputs: Tensor, targets: Tensor, batch_size: int) -> float:
        self.right, self.seen = 0, 0
        modes = {module: module.training for module in net.modules()}
        net.eval()
        with torch.inference_mode():
            for start in range(0, inputs.size(0), batch_size):
                self.update(net(inputs[start : start + batch_size]), targets[start : start + batch_size])
        for module, mode in modes.items():
            module.training = mode
        return self.right / self.seen

    def update(self, logits: Tensor, targets: Tensor) -> None:
        self.right += int(torch.eq(logits.argmax(-1), targets).count_nonzero())
        self.seen += targets.numel()


evaluate = Accuracy()
