"""Units stand in the order of their weights' lengths."""

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
            order = self.a.weight.norm(dim=1).argsort()
            self.a.weight.copy_(self.a.weight[order])

    def forward(self, x):
        return self.b(self.a(x).relu())
