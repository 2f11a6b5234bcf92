"""super().__init__ is not given the defaults."""

import torch


class Mine(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters)
        self.lr, self.momentum = lr, momentum

    def step(self, closure=None):
        pass


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Mine(parameters, lr, momentum)
