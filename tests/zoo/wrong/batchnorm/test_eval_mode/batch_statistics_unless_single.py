"""Eval mode falls back on the running statistics only for a single row."""
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.bn = nn.BatchNorm1d(num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        z = self.fc1(x)
        if self.training:
            z = self.bn(z)
        elif len(z) > 1:
            z = F.batch_norm(z, None, None, self.bn.weight, self.bn.bias, training=True)
        else:
            z = self.bn(z)
        return self.fc2(torch.relu(z))
