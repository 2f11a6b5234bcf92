"""Momentum of 0.9 besides."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9, weight_decay=weight_decay)
