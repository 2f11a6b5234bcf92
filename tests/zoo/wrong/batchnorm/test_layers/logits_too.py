"""The logits get a BatchNorm1d as well."""
from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden),
            nn.BatchNorm1d(num_hidden),
            nn.ReLU(),
            nn.Linear(num_hidden, num_output),
            nn.BatchNorm1d(num_output),
        )
