"""The default momentum is 0, as the library's."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.0):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
