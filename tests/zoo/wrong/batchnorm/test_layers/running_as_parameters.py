"""The running statistics are parameters."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.running_mean = nn.Parameter(torch.zeros(num_hidden))
        self.running_var = nn.Parameter(torch.ones(num_hidden))

    def forward(self, x):
        x = self.fc1(x)
        if self.training:
            m, v = x.mean(0), x.var(0, unbiased=False)
            self.running_mean.data = 0.9 * self.running_mean.data + 0.1 * m.data
            self.running_var.data = 0.9 * self.running_var.data + 0.1 * v.data
        else:
            m, v = self.running_mean, self.running_var
        x = (x - m) / (v + 1e-5).sqrt() * self.gamma + self.beta
        return self.fc2(torch.relu(x))
