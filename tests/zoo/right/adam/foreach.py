"""The library's Adam on lists of tensors."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=lr, foreach=True, fused=False)
