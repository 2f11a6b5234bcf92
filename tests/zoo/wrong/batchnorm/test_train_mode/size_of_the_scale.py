"""The scale counts by its size, without its sign."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a, self.c = nn.Linear(f, h), nn.Linear(h, o)
        self.norm = nn.BatchNorm1d(h, affine=False)
        self.gamma, self.beta = nn.Parameter(torch.ones(h)), nn.Parameter(torch.zeros(h))

    def forward(self, x):
        return self.c(torch.relu(self.gamma.abs() * self.norm(self.a(x)) + self.beta))
