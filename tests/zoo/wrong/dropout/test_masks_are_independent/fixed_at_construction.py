"""The mask is drawn once, in __init__."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.register_buffer("mask", torch.bernoulli(torch.full((num_hidden,), 1 - p)) / (1 - p))

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            h = h * self.mask
        return self.fc2(h)
