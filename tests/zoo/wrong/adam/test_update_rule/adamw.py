"""AdamW with its default decay of 0.01."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.AdamW(parameters, lr=lr)
