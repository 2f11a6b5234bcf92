"""Weights stored as (in, out), x @ W + b with b of shape (1, n)."""
import math

import torch


class Net(torch.nn.Module):
    def __init__(self, d, h, k):
        super().__init__()
        self.W1 = torch.nn.Parameter(torch.randn(d, h) * math.sqrt(2 / d))
        self.b1 = torch.nn.Parameter(torch.zeros(1, h))
        self.W2 = torch.nn.Parameter(torch.randn(h, k) * math.sqrt(2 / h))
        self.b2 = torch.nn.Parameter(torch.zeros(1, k))

    def forward(self, x):
        z = x @ self.W1 + self.b1
        return z.clamp(min=0) @ self.W2 + self.b2
