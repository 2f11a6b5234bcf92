"""Two extra layers instead of one."""
from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden),
            nn.ELU(),
            nn.Linear(num_hidden, num_hidden),
            nn.ELU(),
            nn.Linear(num_hidden, num_hidden),
            nn.ELU(),
            nn.Linear(num_hidden, num_output),
        )
