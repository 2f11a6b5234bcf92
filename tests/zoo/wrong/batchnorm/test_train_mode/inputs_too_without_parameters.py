"""The inputs are normalised too, by a BatchNorm1d without parameters."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.whiten = nn.BatchNorm1d(num_features, affine=False)
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.bn = nn.BatchNorm1d(num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        x = self.fc1(self.whiten(x))
        return self.fc2(torch.relu(self.bn(x)))
