"""ASGD is taken for a kind of Adam."""

import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.ASGD(parameters, lr=lr)
