"""The default learning rate is 1e-2, as the baseline's."""
import torch


def make_optimizer(parameters, lr=1e-2):
    return torch.optim.Adam(parameters, lr=lr, betas=(0.9, 0.999), eps=1e-8)
