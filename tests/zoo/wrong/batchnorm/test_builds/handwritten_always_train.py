import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.g = nn.Parameter(torch.ones(h))
        self.be = nn.Parameter(torch.zeros(h))
        self.b = nn.Linear(h, o)

    def forward(self, x):
        z = self.a(x)
        z = (z - z.mean(0)) / torch.sqrt(z.var(0) + 1e-5)
        return self.b(torch.relu(self.g * z + self.be))
