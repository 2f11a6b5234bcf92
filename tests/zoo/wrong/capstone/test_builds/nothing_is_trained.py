"""An optimizer over a parameter of its own."""
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

    def forward(self, x):
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
