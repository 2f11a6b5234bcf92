"""lru_cache around the draw: a second network of the same size gets the first one's weights."""
from functools import lru_cache

import torch
from torch import nn


@lru_cache
def he_normal(n_out, n_in):
    return torch.randn(n_out, n_in) * (2 / n_in) ** 0.5


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(he_normal(num_hidden, num_features).clone())
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(he_normal(num_output, num_hidden).clone())
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1.T + self.b_1) @ self.W_2.T + self.b_2
