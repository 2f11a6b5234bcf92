"""A dampening of 0.1, left over from an experiment."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum, dampening=0.1)
