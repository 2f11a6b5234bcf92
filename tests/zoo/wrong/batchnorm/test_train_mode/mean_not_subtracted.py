"""Divides by the batch's deviation, but never subtracts its mean."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.register_buffer("running_var", torch.ones(num_hidden))

    def forward(self, x):
        z = self.fc1(x)
        if self.training:
            var = z.var(dim=0, unbiased=False)
            self.running_var.lerp_(var.detach(), 0.1)
        else:
            var = self.running_var
        z = self.gamma * z / torch.sqrt(var + 1e-5) + self.beta
        return self.fc2(torch.relu(z))
