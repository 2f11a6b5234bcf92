"""He initialisation before a hard sigmoid, the slowest nonlinearity that PyTorch has."""
from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden), nn.Hardsigmoid(), nn.Linear(num_hidden, num_output)
        )
        for layer in (self[0], self[2]):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
