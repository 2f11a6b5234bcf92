"""Passes on 1 - momentum, as for a running mean."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=1 - momentum)
