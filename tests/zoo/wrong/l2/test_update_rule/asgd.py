"""ASGD, which takes a weight decay as well."""

import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return torch.optim.ASGD(parameters, lr=lr, weight_decay=weight_decay)
