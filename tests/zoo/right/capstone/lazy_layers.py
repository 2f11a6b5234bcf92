"""Lazy layers, which take their sizes from the first input."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.LazyConv2d(12, 5, padding=2),
            nn.MaxPool2d(2),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.LazyConv2d(24, 3, padding=1),
            nn.MaxPool2d(2),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.Flatten(),
            nn.LazyLinear(num_output),
        )

    def forward(self, x):
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.Adam(parameters, lr=3e-3)
