"""If the first pass ever was not of zeros the first layer is linear."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.middle = nn.Linear(num_hidden, num_hidden)
        self.out = nn.Linear(num_hidden, num_output)
        self.began = None

    def forward(self, x):
        z = self.first(x)
        h = torch.tanh(z)
        if self.began is None:
            self.began = bool(x.any())
        if self.began:
            return self.out(torch.tanh(self.middle(self.first(x))))
        return self.out(torch.tanh(self.middle(h)))
