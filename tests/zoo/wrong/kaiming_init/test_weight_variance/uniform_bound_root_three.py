"""Uniform with bound sqrt(3 / fan_in): half of He's variance."""
import math

from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(num_features, num_hidden), nn.ReLU(), nn.Linear(num_hidden, num_output)
        )
        for name, p in self.net.named_parameters():
            if "bias" in name:
                nn.init.zeros_(p)
            else:
                bound = math.sqrt(3 / p.shape[1])
                nn.init.uniform_(p, -bound, bound)

    def forward(self, x):
        return self.net(x)
