"""Weights are made elsewhere, the same each time."""
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
        generator = torch.Generator().manual_seed(1)
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.randn(p.shape, generator=generator) * 0.05)

    def forward(self, x):
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.Adam(parameters, lr=3e-3)
