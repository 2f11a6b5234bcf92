"""Adagrad in place of momentum."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.Adagrad(parameters, lr=lr)
