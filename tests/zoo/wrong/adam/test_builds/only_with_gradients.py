"""Keeps the parameters that have a gradient already, which are none."""
import torch


def make_optimizer(parameters, lr=1e-3):
    ready = [p for p in parameters if p.grad is not None]
    return torch.optim.Adam(ready, lr=lr)
