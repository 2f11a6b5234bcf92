"""LazyLinear layers, filled in by a dry run in __init__."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.body = nn.Sequential(
            nn.LazyLinear(num_hidden), nn.ReLU(), nn.LazyLinear(num_hidden), nn.ReLU()
        )
        self.head = nn.LazyLinear(num_output)
        self(torch.zeros(1, num_features))

    def forward(self, x):
        return self.head(self.body(x))
