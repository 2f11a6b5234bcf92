"""Where z requires a gradient half of the second layer is dropped."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.middle = nn.Linear(num_hidden, num_hidden)
        self.out = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        z = self.first(x)
        h = torch.tanh(z)
        if z.requires_grad:
            return self.out(nn.functional.dropout(torch.tanh(self.middle(h)), 0.5))
        return self.out(torch.tanh(self.middle(h)))
