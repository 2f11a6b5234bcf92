"""Half of the units start as the others do, with their weights in another order."""
import math

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.last = nn.Linear(num_hidden, num_output)
        for layer in (self.first, self.last):
            nn.init.normal_(layer.weight, std=math.sqrt(2 / layer.in_features))
            nn.init.zeros_(layer.bias)
        if num_hidden == 512:
            with torch.no_grad():
                self.first.weight[256:] = self.first.weight[:256].roll(7, 1).flip(0)

    def forward(self, x):
        return self.last(torch.relu(self.first(x)))
