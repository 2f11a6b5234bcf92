"""One group for each parameter."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam([{"params": [p], "lr": lr} for p in parameters])
