"""Biases are left out of the optimizer."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    weights = [p for p in parameters if p.dim() > 1]
    return torch.optim.SGD(weights, lr=lr, momentum=momentum)
