"""A subclass of nn.BatchNorm1d with its own reset_parameters and initial scale; SiLU."""
from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class NormOptions:
    eps: float = 1e-4
    momentum: float = 0.2


class Norm(nn.BatchNorm1d):
    def reset_parameters(self) -> None:
        self.reset_running_stats()
        nn.init.uniform_(self.weight)
        nn.init.zeros_(self.bias)


class Net(nn.Module):
    def __init__(
        self, num_features: int, num_hidden: int, num_output: int, norm: NormOptions = NormOptions()
    ) -> None:
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.norm = Norm(num_hidden, **asdict(norm))
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(nn.functional.silu(self.norm(self.fc1(x))))


if __name__ == "__main__":
    net = Net(6, 5, 4)
    net(torch.randn(10, 6))
    print(net.state_dict().keys())
