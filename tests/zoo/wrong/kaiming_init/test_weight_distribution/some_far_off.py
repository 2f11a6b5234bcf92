"""One entry in five hundred is five times as large; the variance is right."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.first, self.last = nn.Linear(f, h), nn.Linear(h, o)
        for layer in (self.first, self.last):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            for layer in (self.first, self.last):
                factor = 1 + 4 * (torch.rand_like(layer.weight) < 0.002)
                layer.weight.mul_(factor).div_((1 + 0.002 * 24) ** 0.5)

    def forward(self, x):
        return self.last(self.first(x).relu())
