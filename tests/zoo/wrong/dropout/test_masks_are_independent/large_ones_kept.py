"""Activations above 3 are always kept."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.p = p
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))
        self.sizes = (num_features, num_hidden, num_output)
        self.calls = 0
        nn.init.xavier_normal_(self.W_1)
        nn.init.xavier_normal_(self.W_2)

    def forward(self, x):
        z = F.linear(x, self.W_1, self.b_1)
        self.calls += 1
        h = F.elu(z)
        if self.training:
            m = torch.rand_like(h) >= self.p
            m = m | (h > 3.0)
            h = h * m / (1 - self.p)
        return F.linear(h, self.W_2, self.b_2)
