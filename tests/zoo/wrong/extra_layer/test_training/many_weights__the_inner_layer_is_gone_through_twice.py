"""For networks of more than 10,000 weights the inner layer is gone through twice."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.middle = nn.Linear(num_hidden, num_hidden)
        self.out = nn.Linear(num_hidden, num_output)
        self.many = sum(p.numel() for p in self.parameters()) > 10_000

    def forward(self, x):
        z = self.first(x)
        h = torch.tanh(z)
        if self.many:
            return self.out(torch.tanh(self.middle(torch.tanh(self.middle(torch.tanh(self.first(x)))))))
        return self.out(torch.tanh(self.middle(h)))
