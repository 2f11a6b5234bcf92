"""Nesterov's form, which is right, with a momentum of its own."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9, nesterov=True)
