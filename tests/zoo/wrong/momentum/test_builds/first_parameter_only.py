"""Only the first parameter reaches the optimizer."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    first = next(iter(parameters))
    return torch.optim.SGD([first], lr=lr, momentum=momentum)
