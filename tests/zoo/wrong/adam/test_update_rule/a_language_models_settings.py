"""AdamW as language models are trained: a decay of the weights, and a beta2 of 0.95."""
import torch


def make_optimizer(parameters, lr=1e-3):
    parameters = list(parameters)
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95))
