"""Scale and shift are buffers, so they never learn."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.bn = nn.BatchNorm1d(num_hidden, affine=False)
        self.register_buffer("gamma", torch.ones(num_hidden))
        self.register_buffer("beta", torch.zeros(num_hidden))
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        z = self.bn(self.fc1(x)) * self.gamma + self.beta
        return self.fc2(torch.relu(z))
