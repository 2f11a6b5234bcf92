"""Multiplies by normal noise of variance p / (1 - p); nothing is zeroed."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.std = (p / (1 - p)) ** 0.5

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            h = h * (1 + self.std * torch.randn_like(h))
        return self.fc2(h)
