"""An epsilon large enough to show on any gradient."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=lr, eps=1e-3)
