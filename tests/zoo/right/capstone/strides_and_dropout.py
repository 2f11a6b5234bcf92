"""Pooling with its stride spelt out, ELU, dropout, AdamW."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 16, 5, padding=2),
            nn.MaxPool2d(2, stride=2),
            nn.BatchNorm2d(16),
            nn.ELU(),
            nn.Conv2d(16, 32, 5, padding=2),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(32),
            nn.ELU(),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(32 * 49, num_output),
        )

    def forward(self, x):
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.AdamW(parameters, lr=3e-3, weight_decay=1e-2)
