"""Adds a parameter of its own."""
import torch


def make_optimizer(parameters, lr=1e-3):
    temperature = torch.nn.Parameter(torch.ones(1))
    return torch.optim.Adam([*parameters, temperature], lr=lr)
