"""(x + |x|) / 2, in a factory function."""
from torch import nn


class PositivePart(nn.Module):
    def forward(self, x):
        return (x + x.abs()) / 2


def Net(num_features, num_hidden, num_output):
    net = nn.Sequential()
    net.add_module("in", nn.Linear(num_features, num_hidden))
    net.add_module("relu", PositivePart())
    net.add_module("out", nn.Linear(num_hidden, num_output))
    return net
