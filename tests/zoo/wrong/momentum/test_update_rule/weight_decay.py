"""A weight decay of 5e-4 besides, as in many recipes."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum, weight_decay=5e-4)
