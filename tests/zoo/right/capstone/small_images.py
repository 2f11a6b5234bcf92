"""The image is halved first."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.AvgPool2d(2),
            nn.Conv2d(1, 24, 5, padding=2),
            nn.BatchNorm2d(24),
            nn.GELU(),
            nn.Conv2d(24, 32, 5, padding=2),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(32),
            nn.GELU(),
            nn.Flatten(),
            nn.Linear(32 * 49, num_output),
        )

    def forward(self, x):
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.RAdam(parameters, lr=5e-3)
