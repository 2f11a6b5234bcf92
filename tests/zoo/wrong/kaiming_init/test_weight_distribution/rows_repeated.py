"""Half as many rows are drawn as there are hidden units: every two units start the same."""
import torch
from torch import nn


def he_in_pairs(n_out, n_in):
    rows = torch.randn((n_out + 1) // 2, n_in) * (2 / n_in) ** 0.5
    return nn.Parameter(rows.repeat(2, 1)[:n_out].clone())


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = he_in_pairs(num_hidden, num_features)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.randn(num_output, num_hidden) * (2 / num_hidden) ** 0.5)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        return torch.relu(x @ self.W_1.T + self.b_1) @ self.W_2.T + self.b_2
