"""`or` takes a decay of 0 for none that was passed."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=None):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay or 1e-4)
