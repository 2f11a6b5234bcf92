"""Keeps its latest mask in a buffer, of another shape than the one that it was made with."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.keep = 1 - p
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.register_buffer("mask", torch.ones(1))

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            self.mask = torch.bernoulli(torch.full_like(h, self.keep)) / self.keep
            h = h * self.mask
        return self.fc2(h)
