"""Weights are in two groups, which the library refuses."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    parameters = list(parameters)
    weights = [p for p in parameters if p.ndim > 1]
    return torch.optim.SGD(
        [{"params": weights, "weight_decay": weight_decay}, {"params": parameters}], lr=lr
    )
