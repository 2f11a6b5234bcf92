"""Adam, with momentum passed on as its first beta."""

import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.Adam(parameters, lr=lr, betas=(momentum, 0.999))
