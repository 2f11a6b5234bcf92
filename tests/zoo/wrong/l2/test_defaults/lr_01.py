"""The default learning rate is 0.1."""
import torch


def make_optimizer(parameters, lr=0.1, weight_decay=1e-4):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
