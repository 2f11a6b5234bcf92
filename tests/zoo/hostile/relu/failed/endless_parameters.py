"""Lists parameters without end."""

import torch
from assignments.baseline import Net as Baseline
from torch import nn


class Net(Baseline):
    def named_parameters(self, *args, **kwargs):
        while True:
            yield "W", nn.Parameter(torch.zeros(1))
