"""LazyLinear layers that stay unfilled until the first forward pass."""
from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        del num_features  # the layers find out
        super().__init__(
            nn.LazyLinear(num_hidden),
            nn.Tanh(),
            nn.LazyLinear(num_hidden),
            nn.Tanh(),
            nn.LazyLinear(num_output),
        )
