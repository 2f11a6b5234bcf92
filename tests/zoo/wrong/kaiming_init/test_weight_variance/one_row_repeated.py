"""One row is drawn, and repeated for every unit."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(
            (torch.randn(num_features) * math.sqrt(2 / num_features)).repeat(num_hidden, 1)
        )
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(
            (torch.randn(num_hidden) * math.sqrt(2 / num_hidden)).repeat(num_output, 1)
        )
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return F.linear(F.relu(F.linear(x, self.W_1, self.b_1)), self.W_2, self.b_2)
