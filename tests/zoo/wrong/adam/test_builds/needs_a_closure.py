"""LBFGS, whose step takes a closure."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.LBFGS(parameters, lr=lr)
