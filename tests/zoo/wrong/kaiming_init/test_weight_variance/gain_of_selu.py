"""The gain is SELU's."""

from baseline import Net as Baseline
from torch import nn


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        nn.init.kaiming_normal_(self.W_1, nonlinearity="selu")
        nn.init.kaiming_normal_(self.W_2, nonlinearity="selu")
