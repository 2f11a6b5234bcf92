"""The return is forgotten."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    optimizer = torch.optim.SGD(parameters, lr=lr, momentum=momentum)
