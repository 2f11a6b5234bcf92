"""While the first weight is near its start another nonlinearity is used."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.middle = nn.Linear(num_hidden, num_hidden)
        self.out = nn.Linear(num_hidden, num_output)
        self.start = next(self.parameters()).detach().clone()

    def forward(self, x):
        z = self.first(x)
        h = torch.tanh(z)
        if bool(torch.dist(next(self.parameters()), self.start) < 0.1 * self.start.norm()):
            return self.out(torch.relu(self.middle(torch.relu(self.first(x)))))
        return self.out(torch.tanh(self.middle(h)))
