"""torch.rand without subtracting the mean: the right variance around a mean that isn't zero."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        # Var[rand] = 1/12, so times 12 * 2/fan_in
        self.W_1 = nn.Parameter(torch.rand(num_hidden, num_features) * (24 / num_features) ** 0.5)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.rand(num_output, num_hidden) * (24 / num_hidden) ** 0.5)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1.T + self.b_1) @ self.W_2.T + self.b_2
