"""A dataclass with postponed annotations holds the sizes."""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Sizes:
    features: int
    hidden: int
    output: int

    def pairs(self) -> list[tuple[int, int]]:
        return [(self.features, self.hidden), (self.hidden, self.output)]


class Net(nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        self.sizes = Sizes(num_features, num_hidden, num_output)
        for i, (n_in, n_out) in enumerate(self.sizes.pairs(), start=1):
            self.register_parameter(f"w{i}", nn.Parameter(torch.empty(n_out, n_in)))
            self.register_parameter(f"b{i}", nn.Parameter(torch.zeros(n_out)))
            nn.init.kaiming_normal_(getattr(self, f"w{i}"), mode="fan_in", nonlinearity="relu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.maximum(x @ self.w1.T + self.b1, torch.zeros(()))
        return h @ self.w2.T + self.b2
