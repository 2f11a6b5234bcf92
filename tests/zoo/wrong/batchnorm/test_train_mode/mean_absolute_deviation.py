"""Divides by the mean absolute deviation instead of the standard deviation."""
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
        self.register_buffer("running_dev", torch.ones(num_hidden))

    def forward(self, x):
        z = self.fc1(x)
        if self.training:
            mean = z.mean(0)
            dev = (z - mean).abs().mean(0)
            self.running_mean.lerp_(mean.detach(), 0.1)
            self.running_dev.lerp_(dev.detach(), 0.1)
        else:
            mean, dev = self.running_mean, self.running_dev
        z = (z - mean) / (dev + 1e-5)
        return self.fc2(torch.relu(self.gamma * z + self.beta))
