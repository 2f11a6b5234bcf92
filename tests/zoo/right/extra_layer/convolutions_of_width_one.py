"""Linear layers are convolutions of width one."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.c1 = nn.Conv1d(num_features, num_hidden, kernel_size=1)
        self.c2 = nn.Conv1d(num_hidden, num_hidden, 1)
        self.c3 = nn.Conv1d(num_hidden, num_output, 1)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = x.unsqueeze(-1)  # (N, F, 1)
        x = self.relu(self.c1(x))
        x = self.relu(self.c2(x))
        return self.c3(x).squeeze(-1)
