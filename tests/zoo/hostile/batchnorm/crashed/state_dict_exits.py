"""A right module whose state_dict() ends the process.

May have everything but the check of the running statistics.
"""

import os

from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(num_features, num_hidden),
            nn.BatchNorm1d(num_hidden),
            nn.ReLU(),
            nn.Linear(num_hidden, num_output),
        )

    def forward(self, x):
        return self.layers(x)

    def state_dict(self, *args, **kwargs):
        os._exit(0)
