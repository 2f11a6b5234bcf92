"""Takes steps of 1 with Adam."""

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
    return torch.optim.Adam(parameters, lr=1.0)
