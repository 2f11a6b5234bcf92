"""Each weight is brought to the very variance that is asked for."""

import math

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a, self.b = nn.Linear(f, h), nn.Linear(h, o)
        for layer in (self.a, self.b):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            for w in (self.a.weight, self.b.weight):
                w -= w.mean()
                w *= math.sqrt(2 / w.shape[1]) / w.std()

    def forward(self, x):
        return self.b(self.a(x).relu())
