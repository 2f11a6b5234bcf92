"""Biases of 0.01, an old habit against dead ReLUs."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(num_features, num_hidden) * (2 / num_features) ** 0.5)
        self.b_1 = nn.Parameter(torch.full((num_hidden,), 0.01))
        self.W_2 = nn.Parameter(torch.randn(num_hidden, num_output) * (2 / num_hidden) ** 0.5)
        self.b_2 = nn.Parameter(torch.full((num_output,), 0.01))

    def forward(self, x):
        return torch.relu(x @ self.W_1 + self.b_1) @ self.W_2 + self.b_2
