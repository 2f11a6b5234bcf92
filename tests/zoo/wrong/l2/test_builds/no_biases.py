"""Biases are left out of the optimizer, not only of the decay."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    weights = [p for p in parameters if p.ndim > 1]
    return torch.optim.SGD(weights, lr=lr, weight_decay=weight_decay)
