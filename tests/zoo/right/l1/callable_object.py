"""An object that is called, with type hints, built from torch's own modules."""
from __future__ import annotations

import torch
from torch import Tensor, nn


class L1Loss(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, net: nn.Module, logits: Tensor, targets: Tensor, strength: float) -> Tensor:
        sums = [torch.linalg.vector_norm(p, ord=1) for p in net.parameters()]
        return torch.add(self.criterion(logits, targets), sum(sums), alpha=strength)


compute_loss = L1Loss()
