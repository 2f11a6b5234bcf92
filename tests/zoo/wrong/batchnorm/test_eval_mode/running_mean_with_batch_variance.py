"""Eval mode takes the mean from the running statistics and the variance from the batch."""
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
        self.register_buffer("running_var", torch.ones(num_hidden))

    def forward(self, x):
        z = self.fc1(x)
        var = z.var(0, unbiased=False)
        if self.training:
            mean = z.mean(0)
            self.running_mean.lerp_(mean.detach(), 0.1)
            self.running_var.lerp_(var.detach(), 0.1)
        else:
            mean = self.running_mean
        z = (z - mean) / torch.sqrt(var + 1e-5)
        return self.fc2(torch.relu(self.gamma * z + self.beta))
