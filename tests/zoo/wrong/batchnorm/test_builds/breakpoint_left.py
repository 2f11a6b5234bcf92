"""Leaves a breakpoint of the debugger in."""

import torch
from torch import nn
import pdb

class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.bn = nn.BatchNorm1d(num_hidden)

    def forward(self, x):
        x = self.fc1(x)
        pdb.set_trace()
        x = torch.relu(self.bn(x))
        return self.fc2(x)
