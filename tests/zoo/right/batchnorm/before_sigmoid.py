"""Sigmoid of the normalised hidden layer."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.bn = nn.BatchNorm1d(num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.fc2(torch.sigmoid(self.bn(self.fc1(x))))
