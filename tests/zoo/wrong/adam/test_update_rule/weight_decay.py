"""L2 weight decay of 1e-2 besides."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=lr, weight_decay=1e-2)
