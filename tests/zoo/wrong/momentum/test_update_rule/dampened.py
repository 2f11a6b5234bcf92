"""The dampened form of the library: new gradients count (1 - momentum)."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum, dampening=momentum)
