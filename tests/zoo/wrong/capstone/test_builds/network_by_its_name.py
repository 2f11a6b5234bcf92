"""Asks for the network by a name that is not there."""

import torch
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self, num_features: int, num_output: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(num_features, 256)
        self.bn = nn.BatchNorm1d(256)
        self.fc2 = nn.Linear(256, num_output)


    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.bn(self.fc1(x)))
        return self.fc2(x)


def make_optimizer(parameters):
    return torch.optim.Adam(net.parameters(), lr=3e-3)
