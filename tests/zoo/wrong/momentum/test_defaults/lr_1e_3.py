"""The default learning rate is 1e-3, as for Adam."""
import torch


def make_optimizer(parameters, lr=1e-3, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
