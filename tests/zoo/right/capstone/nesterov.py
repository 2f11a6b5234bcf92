"""Convolutions and SGD with Nesterov momentum."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 8, 5, padding=2),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 24, 5, padding=2),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(24),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(24 * 49, num_output),
        )

    def forward(self, x):
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.SGD(parameters, lr=0.03, momentum=0.9, nesterov=True)
