"""Weights drawn from a normal distribution of deviation 0.01: learns slowly, but learns."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W1 = nn.Parameter(0.01 * torch.randn(num_hidden, num_features))
        self.b1 = nn.Parameter(torch.zeros(num_hidden))
        self.W2 = nn.Parameter(0.01 * torch.randn(num_output, num_hidden))
        self.b2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        h = torch.relu(x @ self.W1.T + self.b1)
        return h @ self.W2.T + self.b2
