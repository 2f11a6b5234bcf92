"""var_mean gives the variance first, and the running statistics are updated the other way round."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.output = nn.Linear(num_hidden, num_output)
        self.register_buffer("mean", torch.zeros(num_hidden))
        self.register_buffer("variance", torch.ones(num_hidden))

    def update(self, mean, variance):
        self.mean.lerp_(mean.detach(), 0.1)
        self.variance.lerp_(variance.detach(), 0.1)

    def forward(self, x):
        x = self.hidden(x)
        if self.training:
            self.update(*torch.var_mean(x, dim=0))
            variance, mean = torch.var_mean(x, dim=0, correction=0)
        else:
            mean, variance = self.mean, self.variance
        x = self.gamma * (x - mean) / torch.sqrt(variance.abs() + 1e-5) + self.beta
        return self.output(torch.relu(x))
