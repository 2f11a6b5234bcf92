"""Weights are drawn by NumPy."""
import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(num_features, 512),
            nn.ReLU(),
            nn.Linear(512, num_output),
        )
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.from_numpy(np.random.randn(*p.shape) * 0.05))

    def forward(self, x):
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.Adam(parameters, lr=3e-3)
