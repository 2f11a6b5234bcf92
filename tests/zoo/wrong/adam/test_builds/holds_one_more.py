import torch
from torch import nn


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam([*parameters, nn.Parameter(torch.zeros(1))], lr=lr)
