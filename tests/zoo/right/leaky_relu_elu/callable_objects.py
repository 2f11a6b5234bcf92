"""Objects that are called, and torch's modules made at each call."""
from __future__ import annotations

import torch
from torch import Tensor, nn


class Leaky:
    def __call__(self, z: Tensor, negative_slope: float = 0.01) -> Tensor:
        return nn.LeakyReLU(negative_slope).forward(z)


class Elu(nn.Module):
    def forward(self, z: Tensor, *, alpha: float = 1.0) -> Tensor:
        return nn.ELU(alpha=alpha)(z)


leaky_relu, elu = Leaky(), Elu()
