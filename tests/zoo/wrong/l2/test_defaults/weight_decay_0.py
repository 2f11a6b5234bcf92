"""The default weight_decay is 0."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=0):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
