"""Eval mode uses the running statistics, but leaves out scale and shift."""
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
        else:
            z = F.batch_norm(z, self.bn.running_mean, self.bn.running_var)
        return self.fc2(torch.relu(z))
