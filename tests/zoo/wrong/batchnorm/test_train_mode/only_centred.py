"""Subtracts the batch's mean, but doesn't divide by anything."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.register_buffer("running_mean", torch.zeros(num_hidden))

    def forward(self, x):
        z = self.fc1(x)
        if self.training:
            mean = z.mean(dim=0)
            self.running_mean.lerp_(mean.detach(), 0.1)
        else:
            mean = self.running_mean
        return self.fc2(torch.relu(self.gamma * (z - mean) + self.beta))
