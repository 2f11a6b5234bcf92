"""One draw decides for two neighbouring units at a time."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.p = p

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            n, width = h.shape
            keep = torch.rand(n, (width + 1) // 2) >= self.p
            h = h * keep.repeat_interleave(2, dim=1)[:, :width] / (1 - self.p)
        return self.fc2(h)
