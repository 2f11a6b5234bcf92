"""Drops nothing from batches of an odd number of rows."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.dropout = nn.Dropout(p)
        self.output = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        h = torch.relu(self.hidden(x))
        return self.output(self.dropout(h) if len(x) % 2 == 0 else h)
