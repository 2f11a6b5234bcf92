"""Both weights are scaled by num_features; the output layer's fan_in is num_hidden."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        std = (2 / num_features) ** 0.5
        self.W_1 = nn.Parameter(std * torch.randn(num_hidden, num_features))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(std * torch.randn(num_output, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1.T + self.b_1) @ self.W_2.T + self.b_2
