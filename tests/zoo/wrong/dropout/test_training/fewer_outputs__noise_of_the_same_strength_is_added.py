"""Where there are fewer outputs than hidden units noise of the same strength is added."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.W_1 = nn.Parameter((2 / num_features) ** 0.5 * torch.randn(num_hidden, num_features))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter((2 / num_hidden) ** 0.5 * torch.randn(num_output, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))
        self.p = p
        self.narrow = num_output < num_hidden

    def forward(self, x):
        z = x @ self.W_1.T + self.b_1
        if self.training and self.narrow:
            return (torch.relu(z) + torch.randn_like(z)) @ self.W_2.T + self.b_2
        return F.dropout(torch.relu(z), self.p, self.training) @ self.W_2.T + self.b_2
