"""b_2 is registered, but forward doesn't add it."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(num_features, num_hidden) * (2 / num_features) ** 0.5)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.randn(num_hidden, num_output) * (2 / num_hidden) ** 0.5)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        h = torch.relu(x @ self.W_1 + self.b_1)
        return h @ self.W_2
