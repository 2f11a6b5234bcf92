"""Handwritten with buffers: biased variance throughout, momentum 0.5."""
import torch
from torch import nn


class BatchNorm(nn.Module):
    def __init__(self, num_hidden, eps=1e-5, momentum=0.5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.register_buffer("running_mean", torch.zeros(num_hidden))
        self.register_buffer("running_var", torch.ones(num_hidden))
        self.eps = eps
        self.momentum = momentum

    def forward(self, x):
        if self.training:
            mean = x.mean(dim=0)
            var = ((x - mean) ** 2).mean(dim=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / torch.sqrt(var + self.eps)
        return self.gamma * x_hat + self.beta


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.bn = BatchNorm(num_hidden)
        self.out = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.out(torch.relu(self.bn(self.hidden(x))))
