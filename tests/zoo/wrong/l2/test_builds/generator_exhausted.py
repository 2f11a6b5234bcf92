"""Splits the parameters in two passes, which empties a generator in the first."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    weights = [p for p in parameters if p.ndim > 1]
    biases = [p for p in parameters if p.ndim <= 1]
    return torch.optim.SGD(
        [{"params": weights, "weight_decay": weight_decay}, {"params": biases}], lr=lr
    )
