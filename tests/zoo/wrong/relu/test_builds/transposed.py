import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(h, f) * 0.1)
        self.b_1 = nn.Parameter(torch.zeros(h))
        self.W_2 = nn.Parameter(torch.randn(o, h) * 0.1)
        self.b_2 = nn.Parameter(torch.zeros(o))

    def forward(self, x):
        return torch.relu(x @ self.W_1 + self.b_1) @ self.W_2 + self.b_2
