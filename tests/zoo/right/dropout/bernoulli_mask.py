"""Handwritten: a torch.bernoulli mask divided by the keep probability; raw parameters, x @ W."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(num_features, num_hidden) * (2 / num_features) ** 0.5)
        self.b_1 = nn.Parameter(torch.zeros(1, num_hidden))
        self.W_2 = nn.Parameter(torch.randn(num_hidden, num_output) * (2 / num_hidden) ** 0.5)
        self.b_2 = nn.Parameter(torch.zeros(1, num_output))
        self.keep = 1 - p

    def forward(self, x):
        h = torch.relu(x @ self.W_1 + self.b_1)
        if self.training:
            mask = torch.bernoulli(torch.full_like(h, self.keep)) / self.keep
            h = h * mask
        return h @ self.W_2 + self.b_2
