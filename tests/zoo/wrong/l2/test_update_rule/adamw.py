"""AdamW in place of SGD."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return torch.optim.AdamW(parameters, lr=lr, weight_decay=weight_decay)
