"""Rprop."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Rprop(parameters, lr=lr)
