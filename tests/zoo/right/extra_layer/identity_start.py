"""The new layer starts as the identity matrix, einsum multiplies, biases are (1, n)."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_in = nn.Parameter(torch.randn(num_features, num_hidden) * (2 / num_features) ** 0.5)
        self.b_in = nn.Parameter(torch.zeros(1, num_hidden))
        self.W_mid = nn.Parameter(torch.eye(num_hidden))
        self.b_mid = nn.Parameter(torch.zeros(1, num_hidden))
        self.W_out = nn.Parameter(torch.randn(num_hidden, num_output) * (1 / num_hidden) ** 0.5)
        self.b_out = nn.Parameter(torch.zeros(1, num_output))

    def forward(self, x):
        x = torch.relu(torch.einsum("ni,ih->nh", x, self.W_in) + self.b_in)
        x = torch.relu(torch.einsum("nh,hk->nk", x, self.W_mid) + self.b_mid)
        return torch.einsum("nk,ko->no", x, self.W_out) + self.b_out
