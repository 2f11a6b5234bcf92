"""Weights of deviation 0.01, too small to learn three layers within the budget."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(0.01 * torch.randn(num_features, num_hidden))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(0.01 * torch.randn(num_hidden, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_hidden))
        self.W_3 = nn.Parameter(0.01 * torch.randn(num_hidden, num_output))
        self.b_3 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        x = torch.relu(x @ self.W_1 + self.b_1)
        x = torch.relu(x @ self.W_2 + self.b_2)
        return x @ self.W_3 + self.b_3
