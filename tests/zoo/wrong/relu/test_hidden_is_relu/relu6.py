"""ReLU6, which is ReLU up to 6."""
from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden), nn.ReLU6(), nn.Linear(num_hidden, num_output)
        )
