"""The output layer starts at zero: only the hidden one is drawn."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.output = nn.Linear(num_hidden, num_output)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)
        nn.init.kaiming_normal_(self.hidden.weight, nonlinearity="relu")

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))
