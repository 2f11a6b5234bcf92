"""betas is one number."""

import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=lr, betas=0.9)
