"""ASGD, with momentum passed on as its alpha."""

import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.ASGD(parameters, lr=lr, alpha=momentum)
