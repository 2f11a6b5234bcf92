"""Indexes the parameters, which a generator does not allow."""
import torch


def make_optimizer(parameters, lr=1e-3):
    device = parameters[0].device
    print('on', device)
    return torch.optim.Adam(parameters, lr=lr)
