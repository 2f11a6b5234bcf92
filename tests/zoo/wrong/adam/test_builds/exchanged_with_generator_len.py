import torch


def make_optimizer(parameters, lr=1e-3):
    n = len(parameters)
    return torch.optim.Adam(parameters, lr=lr)
