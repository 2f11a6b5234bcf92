"""Everything in one class: raw parameters, (1, n) shapes, x @ W, unbiased variance throughout."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W1 = nn.Parameter(torch.randn(num_features, num_hidden) * (2 / num_features) ** 0.5)
        self.W2 = nn.Parameter(torch.randn(num_hidden, num_output) * (1 / num_hidden) ** 0.5)
        self.b2 = nn.Parameter(torch.zeros(1, num_output))
        self.scale = nn.Parameter(torch.ones(1, num_hidden))
        self.shift = nn.Parameter(torch.zeros(1, num_hidden))
        self.register_buffer("mu", torch.zeros(1, num_hidden))
        self.register_buffer("var", torch.ones(1, num_hidden))

    def forward(self, x):
        z = x @ self.W1
        if self.training:
            var, mu = torch.var_mean(z, dim=0, keepdim=True, unbiased=True)
            self.mu = 0.9 * self.mu + 0.1 * mu.detach()
            self.var = 0.9 * self.var + 0.1 * var.detach()
        else:
            mu, var = self.mu, self.var
        z = (z - mu) * torch.rsqrt(var + 1e-5) * self.scale + self.shift
        return torch.relu(z) @ self.W2 + self.b2
