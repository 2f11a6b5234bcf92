"""Where there are fewer outputs than hidden units the middle layer has no nonlinearity."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.middle = nn.Linear(num_hidden, num_hidden)
        self.out = nn.Linear(num_hidden, num_output)
        self.narrow = num_output < num_hidden

    def forward(self, x):
        z = self.first(x)
        h = torch.tanh(z)
        if self.narrow:
            return self.out(self.middle(torch.tanh(self.first(x))))
        return self.out(torch.tanh(self.middle(h)))
