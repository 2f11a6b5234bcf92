"""3 * lambda * p."""

import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=3 * weight_decay)
