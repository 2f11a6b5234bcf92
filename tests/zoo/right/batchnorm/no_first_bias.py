"""The first layer has no bias, since the shift does its work; momentum 0.02."""
from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden, bias=False),
            nn.BatchNorm1d(num_hidden, momentum=0.02),
            nn.ReLU(inplace=True),
            nn.Linear(num_hidden, num_output),
        )
