"""Laplace draws with the right variance."""
import torch
from torch import nn
from torch.distributions import Laplace


def draw(n_out, n_in):
    # Var = 2 b^2 = 2 / fan_in
    return nn.Parameter(Laplace(0.0, (1 / n_in) ** 0.5).sample((n_out, n_in)))


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = draw(num_hidden, num_features)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = draw(num_output, num_hidden)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1.T + self.b_1) @ self.W_2.T + self.b_2
