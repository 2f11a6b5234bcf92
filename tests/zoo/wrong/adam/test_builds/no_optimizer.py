"""A namespace with a step function in place of an Optimizer."""
from types import SimpleNamespace

import torch


def make_optimizer(parameters, lr=1e-3):
    adam = torch.optim.Adam(parameters, lr=lr)
    return SimpleNamespace(step=adam.step, zero_grad=adam.zero_grad)
