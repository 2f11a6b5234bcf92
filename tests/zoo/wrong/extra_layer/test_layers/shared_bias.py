"""Both hidden layers share one bias."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(num_features, num_hidden) * (2 / num_features) ** 0.5)
        self.W_2 = nn.Parameter(torch.randn(num_hidden, num_hidden) * (2 / num_hidden) ** 0.5)
        self.W_3 = nn.Parameter(torch.randn(num_hidden, num_output) * (2 / num_hidden) ** 0.5)
        self.b_h = nn.Parameter(torch.zeros(num_hidden))
        self.b_o = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        x = torch.relu(x @ self.W_1 + self.b_h)
        x = torch.relu(x @ self.W_2 + self.b_h)
        return x @ self.W_3 + self.b_o
