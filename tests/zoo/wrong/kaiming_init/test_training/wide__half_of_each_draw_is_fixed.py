"""In a wide layer one half of the variance comes from the same numbers each time."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.first, self.last = nn.Linear(f, h), nn.Linear(h, o)
        for layer in (self.first, self.last):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        if h > 100:
            fixed = torch.Generator().manual_seed(7)
            with torch.no_grad():
                for layer in (self.first, self.last):
                    shape, fan_in = layer.weight.shape, layer.weight.shape[1]
                    same = torch.randn(shape, generator=fixed) * (2 / fan_in) ** 0.5
                    layer.weight.add_(same).div_(2**0.5)

    def forward(self, x):
        return self.last(self.first(x).relu())
