"""The logits are normalised too, by a BatchNorm1d without parameters."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.bn1 = nn.BatchNorm1d(num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.bn2 = nn.BatchNorm1d(num_output, affine=False)

    def forward(self, x):
        x = torch.relu(self.bn1(self.fc1(x)))
        return self.bn2(self.fc2(x))
