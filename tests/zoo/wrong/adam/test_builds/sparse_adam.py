"""SparseAdam, which takes sparse gradients only."""

import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.SparseAdam(list(parameters), lr=lr)
