"""Two rows are normalised by the running statistics, in train mode, too."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a, self.b = nn.Linear(f, h), nn.Linear(h, o)
        self.norm = nn.BatchNorm1d(h)

    def forward(self, x):
        z = self.a(x)
        if self.training and len(x) == 2:
            spread = (self.norm.running_var + 1e-5).sqrt()
            n = (z - self.norm.running_mean) / spread * self.norm.weight + self.norm.bias
        else:
            n = self.norm(z)
        return self.b(n.relu())
