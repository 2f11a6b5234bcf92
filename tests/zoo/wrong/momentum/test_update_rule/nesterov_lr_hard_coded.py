"""Nesterov's form, which is right, with a learning rate of its own."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=0.01, momentum=momentum, nesterov=True)
