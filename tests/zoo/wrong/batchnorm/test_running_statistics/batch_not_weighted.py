"""The batch's statistics are added whole, where 0.1 of them belong."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.b = nn.Linear(h, o)
        self.gamma = nn.Parameter(torch.ones(h))
        self.beta = nn.Parameter(torch.zeros(h))
        self.register_buffer("running_mean", torch.zeros(h))
        self.register_buffer("running_var", torch.ones(h))

    def forward(self, x):
        x = self.a(x)
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            with torch.no_grad():
                self.running_mean = 0.9 * self.running_mean + mean
                self.running_var = 0.9 * self.running_var + var
        else:
            mean, var = self.running_mean, self.running_var
        x = self.gamma * (x - mean) / (var + 1e-5).sqrt() + self.beta
        return self.b(torch.relu(x))
