"""Two layers of sigmoids, slowly trained."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(num_features, 64),
            nn.Sigmoid(),
            nn.Linear(64, num_output),
        )

    def forward(self, x):
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.SGD(parameters, lr=0.2)
