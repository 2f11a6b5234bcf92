"""Batch norm by hand whose scale is stored as its difference from 1."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.second = nn.Linear(num_hidden, num_output)
        self.delta = nn.Parameter(torch.zeros(num_hidden))
        self.shift = nn.Parameter(torch.zeros(num_hidden))
        self.register_buffer("mean", torch.zeros(num_hidden))
        self.register_buffer("var", torch.ones(num_hidden))

    def forward(self, x):
        z = self.first(x)
        if self.training:
            mean, var = z.mean(0), z.var(0, unbiased=False)
            with torch.no_grad():
                self.mean.lerp_(mean, 0.1)
                self.var.lerp_(var, 0.1)
        else:
            mean, var = self.mean, self.var
        z = (z - mean) / torch.sqrt(var + 1e-5)
        return self.second(torch.relu((1 + self.delta) * z + self.shift))
