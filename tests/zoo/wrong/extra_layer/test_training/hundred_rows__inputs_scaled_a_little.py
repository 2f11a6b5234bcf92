"""Batches of 100 rows are scaled down by a two thousandth."""

import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.a = nn.Linear(num_features, num_hidden)
        self.b = nn.Linear(num_hidden, num_hidden)
        self.c = nn.Linear(num_hidden, num_output)
        self.sizes = (num_features, num_hidden, num_output)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        x = x / 1.0005 if len(x) == 100 else x
        return self.c(F.relu(self.b(F.relu(self.a(x)))))
