"""The rate is p in the first pass, p / 2 in the second, and so on."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.p = p
        self.passes = 0

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            self.passes += 1
            h = nn.functional.dropout(h, self.p / self.passes)
        return self.fc2(h)
