"""The weights come from NumPy's generator, which torch.manual_seed doesn't touch."""
import numpy as np
import torch
from torch import nn


def he(n_out, n_in):
    w = np.random.randn(n_out, n_in) * np.sqrt(2 / n_in)
    return nn.Parameter(torch.from_numpy(w).float())


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = he(num_hidden, num_features)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = he(num_output, num_hidden)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1.T + self.b_1) @ self.W_2.T + self.b_2
