"""An argument of SGD is misspelt."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentun=momentum)
