"""Scaled by 1 / sqrt(1 - p), which keeps the second moment instead of the mean."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.keep = 1 - p

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            h = h * torch.bernoulli(torch.full_like(h, self.keep)) / self.keep**0.5
        return self.fc2(h)
