"""Normalised before a nonlinearity that jumps: no eps can be fitted to what comes out."""
from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden),
            nn.BatchNorm1d(num_hidden),
            nn.Hardshrink(),
            nn.Linear(num_hidden, num_output),
        )
