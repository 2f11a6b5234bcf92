"""The momentum is always 0.9."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)
