"""Raw parameters; uniform with bound sqrt(6 / fan_in), written out by hand."""
import torch
from torch import nn


def he_uniform(n_out, n_in):
    # Var[U(-b, b)] = b^2 / 3, so b = sqrt(3 * 2 / fan_in)
    b = (6.0 / n_in) ** 0.5
    return nn.Parameter(torch.rand(n_out, n_in) * 2 * b - b)


class Net(nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int):
        super().__init__()
        self.W_1 = he_uniform(num_hidden, num_features)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = he_uniform(num_output, num_hidden)
        self.b_2 = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        h = torch.relu(torch.nn.functional.linear(x, self.W_1, self.b_1))
        return torch.nn.functional.linear(h, self.W_2, self.b_2)
