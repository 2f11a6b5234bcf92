"""The learning rate is always 1e-3."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.999))
