"""A function that builds the network, with raw parameters and functional calls."""
import torch
import torch.nn.functional as F
from torch import nn


class Functional(nn.Module):
    def __init__(self, num_output):
        super().__init__()
        self.K1 = nn.Parameter(torch.randn(16, 1, 5, 5) * (2 / 25) ** 0.5)
        self.K2 = nn.Parameter(torch.randn(32, 16, 5, 5) * (2 / 400) ** 0.5)
        self.W = nn.Parameter(torch.randn(32 * 49, num_output) * 0.01)
        self.b = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        x = x.reshape(-1, 1, 28, 28)
        x = F.max_pool2d(F.conv2d(x, self.K1, padding=2).relu(), 2)
        x = F.layer_norm(x, x.shape[1:])
        x = F.max_pool2d(F.conv2d(x, self.K2, padding=2).relu(), 2)
        x = F.layer_norm(x, x.shape[1:])
        return x.flatten(1) @ self.W + self.b


def Net(num_features, num_output):
    return Functional(num_output)


def make_optimizer(parameters):
    return torch.optim.NAdam(parameters, lr=2e-3)
