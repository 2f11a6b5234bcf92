"""A leaky ReLU for a row that comes alone."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a, self.b = nn.Linear(f, h), nn.Linear(h, o)

    def forward(self, x):
        z = self.a(x)
        h = nn.functional.leaky_relu(z, 0.2) if len(x) == 1 else z.relu()
        return self.b(h)
