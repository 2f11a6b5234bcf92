"""The default weight_decay is 5e-4."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=5e-4):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
