"""Each row holds a tenth of the row before it."""

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
                for before, row in zip(layer.weight[:-1], layer.weight[1:]):
                    row.mul_(0.99**0.5).add_(before, alpha=0.1)

    def forward(self, x):
        return self.last(self.first(x).relu())
