"""One number from each of many equal ranges, in any order: too even."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))
        self.sizes = (num_features, num_hidden, num_output)
        self.calls = 0
        nn.init.kaiming_normal_(self.W_1, nonlinearity="relu")
        nn.init.kaiming_normal_(self.W_2, nonlinearity="relu")
        w = self.W_1
        n = w.numel()
        u = (torch.randperm(n).float() + torch.rand(n)) / n
        w.data.copy_(((u * 2 - 1) * (6 / num_features) ** 0.5).view_as(w))

    def forward(self, x):
        z = F.linear(x, self.W_1, self.b_1)
        self.calls += 1
        h = F.elu(z)
        return F.linear(h, self.W_2, self.b_2)
