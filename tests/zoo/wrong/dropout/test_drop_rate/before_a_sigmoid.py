"""Dropout comes before a sigmoid, which makes 0.5 of 0."""

from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(num_features, num_hidden),
            nn.Dropout(p),
            nn.Sigmoid(),
            nn.Linear(num_hidden, num_output),
        )

    def forward(self, x):
        return self.net(x)
