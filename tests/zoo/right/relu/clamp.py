"""Raw parameters, clamp(min=0), x @ W with W of shape (in, out)."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W1 = nn.Parameter(nn.init.xavier_normal_(torch.empty(num_features, num_hidden)))
        self.b1 = nn.Parameter(torch.zeros(1, num_hidden))
        self.W2 = nn.Parameter(nn.init.xavier_normal_(torch.empty(num_hidden, num_output)))
        self.b2 = nn.Parameter(torch.zeros(1, num_output))

    def forward(self, x):
        h = (x @ self.W1 + self.b1).clamp(min=0)
        return h @ self.W2 + self.b2
