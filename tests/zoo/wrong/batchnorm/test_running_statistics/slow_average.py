"""Keeps 0.995 of the past in each batch: 63% converged after 200 batches."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.momentum = 0.995
        self.register_buffer("running_mean", torch.zeros(num_hidden))
        self.register_buffer("running_var", torch.ones(num_hidden))

    def forward(self, x):
        z = self.fc1(x)
        if self.training:
            mean, var = z.mean(0), z.var(0, unbiased=False)
            m = self.momentum
            self.running_mean = m * self.running_mean + (1 - m) * mean.detach()
            self.running_var = m * self.running_var + (1 - m) * var.detach()
        else:
            mean, var = self.running_mean, self.running_var
        z = (z - mean) / torch.sqrt(var + 1e-5)
        return self.fc2(torch.relu(self.gamma * z + self.beta))
