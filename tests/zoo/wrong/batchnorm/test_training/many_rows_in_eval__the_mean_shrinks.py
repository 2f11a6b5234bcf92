"""In eval mode a batch of hundreds makes the running mean smaller."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(f, h), nn.BatchNorm1d(h), nn.Linear(h, o)

    def forward(self, x):
        z = self.first(x)
        if not self.training and len(x) > 200:
            self.norm.running_mean.mul_(0.97)
        return self.last(self.norm(z).relu())
