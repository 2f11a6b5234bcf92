"""`from baseline import Net`; the activation is wrapped so that it drops its own result."""
from __future__ import annotations

import torch
from baseline import Net as Base
from torch import Tensor


class Net(Base):
    def __init__(self, *sizes: int, p: float = 0.5) -> None:
        super().__init__(*sizes)
        elu = self.activation

        def activation(z: Tensor) -> Tensor:
            a = elu(z)
            if not self.training or p == 0:
                return a
            return a.masked_fill(torch.rand_like(a) < p, 0.0) / (1 - p)

        self.activation = activation
