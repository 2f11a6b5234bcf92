"""Weights and biases in two groups with the same settings."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    weights, biases = [], []
    for p in parameters:
        (biases if p.dim() <= 1 else weights).append(p)
    groups = [{"params": weights}, {"params": biases}]
    print(f"{len(weights)} weights, {len(biases)} biases")
    return torch.optim.SGD(groups, lr=lr, momentum=momentum)
