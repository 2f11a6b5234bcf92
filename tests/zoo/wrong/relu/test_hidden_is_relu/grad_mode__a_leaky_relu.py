"""A leaky ReLU while autograd records; ReLU otherwise."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter((2 / num_features) ** 0.5 * torch.randn(num_hidden, num_features))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter((2 / num_hidden) ** 0.5 * torch.randn(num_output, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        z = x @ self.W_1.T + self.b_1
        if torch.is_grad_enabled():
            return F.leaky_relu(z, 0.1) @ self.W_2.T + self.b_2
        return torch.relu(z) @ self.W_2.T + self.b_2
