"""Parameters of one byte each, which are four times as large as float32.

May have the bands that this reaches.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_output):
        super().__init__()
        self.layer = nn.Linear(num_features, num_output)
        many = torch.zeros(17 << 20, dtype=torch.uint8)
        self.many = nn.Parameter(many, requires_grad=False)

    def forward(self, x):
        return self.layer(x)


def make_optimizer(parameters):
    return torch.optim.SGD([p for p in parameters if p.is_floating_point()], lr=0.1)
