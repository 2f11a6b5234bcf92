"""Each epoch starts with new running statistics, which ten batches fill."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.norm = nn.BatchNorm1d(num_hidden, momentum=0.5)
        self.out = nn.Linear(num_hidden, num_output)

    def train(self, mode=True):
        if mode and not self.training:
            self.norm.reset_running_stats()
        return super().train(mode)

    def forward(self, x):
        return self.out(torch.relu(self.norm(self.hidden(x))))
