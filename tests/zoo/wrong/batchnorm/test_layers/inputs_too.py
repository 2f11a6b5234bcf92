"""The inputs get a BatchNorm1d as well, with parameters of their own."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.bn0 = nn.BatchNorm1d(num_features)
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.bn1 = nn.BatchNorm1d(num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        x = self.fc1(self.bn0(x))
        return self.fc2(torch.relu(self.bn1(x)))
