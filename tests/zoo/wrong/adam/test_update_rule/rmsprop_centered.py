import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.RMSprop(parameters, lr=lr, alpha=0.999, centered=True)
