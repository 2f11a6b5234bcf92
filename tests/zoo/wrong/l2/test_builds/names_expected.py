"""Expects names with the parameters."""

import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    weights = [p for n, p in parameters if 'bias' not in n]
    return torch.optim.SGD(weights, lr=lr, weight_decay=weight_decay)
