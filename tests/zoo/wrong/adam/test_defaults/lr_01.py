"""The default learning rate is 0.1."""
import torch


def make_optimizer(parameters, lr=0.1):
    return torch.optim.Adam(parameters, lr=lr, betas=(0.9, 0.999), eps=1e-8)
