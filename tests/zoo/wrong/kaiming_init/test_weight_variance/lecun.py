"""Variance 1 / fan_in: the factor 2 for the half that ReLU cuts off is missing."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(num_features, num_hidden) / num_features**0.5)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.randn(num_hidden, num_output) / num_hidden**0.5)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1 + self.b_1) @ self.W_2 + self.b_2
