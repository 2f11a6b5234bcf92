"""A dropout mixin with a dataclass of settings, CRLF line ends, training under __main__."""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Settings:
    p: float = 0.5

    @property
    def scale(self) -> float:
        return 1 / (1 - self.p)


class DropoutMixin:
    settings: Settings
    training: bool

    def drop(self, h: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return h
        kept = torch.bernoulli(torch.ones_like(h) * (1 - self.settings.p))
        return kept * h * self.settings.scale


class Net(DropoutMixin, nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int, p: float = 0.5) -> None:
        super().__init__()
        self.settings = Settings(p)
        self.hidden = nn.Linear(num_features, num_hidden)
        self.output = nn.Linear(num_hidden, num_output)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.drop(self.hidden(x).relu()))


if __name__ == "__main__":
    net = Net(4, 8, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for epoch in range(3):
        net.train()
        loss = net(torch.randn(16, 4)).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(epoch, float(loss))
