"""beta_2 is 0.9999: a nine too many."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=lr, betas=(0.9, 0.9999))
