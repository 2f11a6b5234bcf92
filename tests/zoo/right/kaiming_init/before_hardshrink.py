"""He initialisation before a nonlinearity that is the identity beyond a half."""
from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden), nn.Hardshrink(), nn.Linear(num_hidden, num_output)
        )
        for layer in (self[0], self[2]):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
