"""The default weight_decay is 1e-3."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-3):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
