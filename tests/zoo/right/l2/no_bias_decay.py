"""Biases in a group of their own, without decay."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    parameters = list(parameters)
    return torch.optim.SGD(
        [
            {"params": [p for p in parameters if p.ndim != 1], "weight_decay": weight_decay},
            {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0},
        ],
        lr=lr,
    )
