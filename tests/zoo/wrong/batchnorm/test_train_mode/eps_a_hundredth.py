"""eps = 1e-2 instead of at most 1e-3."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.bn = nn.BatchNorm1d(num_hidden, eps=1e-2)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.fc2(torch.tanh(self.bn(self.fc1(x))))
