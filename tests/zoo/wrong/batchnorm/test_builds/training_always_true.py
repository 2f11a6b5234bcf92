"""F.batch_norm is called with training=True in both modes, which fails on a single row."""
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
        bn = self.bn
        z = F.batch_norm(
            self.fc1(x), bn.running_mean, bn.running_var, bn.weight, bn.bias, training=True
        )
        return self.fc2(torch.relu(z))
