"""epsilon is 1e-4."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=lr, betas=(0.9, 0.999), eps=1e-4)
