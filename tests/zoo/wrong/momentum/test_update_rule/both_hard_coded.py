"""Both arguments are accepted, and neither is passed on."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9)
