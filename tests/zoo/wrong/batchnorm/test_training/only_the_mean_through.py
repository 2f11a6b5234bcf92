"""Gradients flow through the mean, and not through the variance."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.scale = nn.Parameter(torch.ones(num_hidden))
        self.shift = nn.Parameter(torch.zeros(num_hidden))
        self.output = nn.Linear(num_hidden, num_output)
        self.register_buffer("mean", torch.zeros(num_hidden))
        self.register_buffer("var", torch.ones(num_hidden))

    def forward(self, x):
        z = self.hidden(x)
        if not self.training:
            return self.output(torch.relu(self.normalise(z, self.mean, self.var)))
        mean = z.mean(0)
        var = z.var(0, unbiased=False).detach()
        self.mean.lerp_(mean.detach(), 0.1)
        self.var.lerp_(var.detach(), 0.1)
        return self.output(torch.relu(self.normalise(z, mean, var)))

    def normalise(self, z, mean, var):
        return self.scale * (z - mean) / (var + 1e-5).sqrt() + self.shift
