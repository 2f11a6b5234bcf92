"""Holds an optimizer, is none, and says otherwise in a property called __class__."""

import torch


class Wrapper:
    def __init__(self, inner):
        self.inner = inner
        self.param_groups = inner.param_groups

    @property
    def __class__(self):
        return torch.optim.Optimizer

    def zero_grad(self):
        self.inner.zero_grad()

    def step(self):
        self.inner.step()


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Wrapper(torch.optim.SGD(parameters, lr=lr, momentum=momentum))
