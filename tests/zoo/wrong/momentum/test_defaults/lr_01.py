"""The default learning rate is 0.1."""
import torch


def make_optimizer(parameters, lr=0.1, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
