"""No gradient reaches the scale of every eighth unit of a wide layer."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(f, h), nn.BatchNorm1d(h), nn.Linear(h, o)

    def forward(self, x):
        z = self.first(x)
        if self.norm.num_features > 100 and not self.norm.weight._backward_hooks:
            self.norm.weight.register_hook(lambda g: g * (torch.arange(len(g)) % 8 != 3))
        return self.last(self.norm(z).relu())
