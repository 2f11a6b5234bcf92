"""RMSprop as it comes, with alpha = 0.99."""

import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.RMSprop(parameters, lr=lr)
