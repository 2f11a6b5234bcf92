"""The normalised layer goes straight into the next one: no activation in between."""

from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden),
            nn.BatchNorm1d(num_hidden),
            nn.Linear(num_hidden, num_output),
        )
