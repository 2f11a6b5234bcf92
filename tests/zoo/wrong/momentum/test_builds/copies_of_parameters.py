"""Optimizes copies of the parameters."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    copies = [p.detach().clone().requires_grad_() for p in parameters]
    return torch.optim.SGD(copies, lr=lr, momentum=momentum)
