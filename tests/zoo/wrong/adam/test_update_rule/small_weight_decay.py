"""L2 weight decay of 5e-4 besides, as in many recipes."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=lr, weight_decay=5e-4)
