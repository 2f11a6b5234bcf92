"""The betas come before lr, by position."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, (0.9, 0.999), lr)
