"""Adadelta, with momentum passed on as its rho."""

import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.Adadelta(parameters, lr=lr, rho=momentum)
