"""An optimizer whose param_groups show other parameters each time they are looked at."""

import itertools

import torch
from torch import nn


class Liar(torch.optim.Optimizer):
    def __init__(self, parameters):
        self.parameters = list(parameters)

    @property
    def param_groups(self):
        return [{"params": itertools.chain(self.parameters, (nn.Parameter() for _ in range(9**9)))}]

    def step(self, closure=None):
        for parameter in self.parameters:
            parameter.data -= 1


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Liar(parameters)
