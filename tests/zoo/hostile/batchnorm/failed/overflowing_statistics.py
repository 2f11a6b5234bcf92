"""Scales the normalised layer to the end of float32's range, where variances overflow."""

from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(num_features, num_hidden),
            nn.BatchNorm1d(num_hidden),
            nn.ReLU(),
            nn.Linear(num_hidden, num_output),
        )

    def forward(self, x):
        return (self.layers(x) * 1e38).nan_to_num().clamp(-3e38, 3e38)
