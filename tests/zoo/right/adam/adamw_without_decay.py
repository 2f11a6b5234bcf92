"""AdamW with zero decay."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.AdamW(parameters, lr=lr, weight_decay=0.0)
