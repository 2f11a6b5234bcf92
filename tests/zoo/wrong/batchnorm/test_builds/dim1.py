import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.g = nn.Parameter(torch.ones(h))
        self.be = nn.Parameter(torch.zeros(h))
        self.b = nn.Linear(h, o)
        self.register_buffer("m", torch.zeros(h))
        self.register_buffer("v", torch.ones(h))

    def forward(self, x):
        z = self.a(x)
        if self.training:
            m, v = z.mean(dim=1), z.var(dim=1)
            self.m = 0.9 * self.m + 0.1 * m.detach()
            self.v = 0.9 * self.v + 0.1 * v.detach()
        else:
            m, v = self.m, self.v
        z = (z - m) / torch.sqrt(v + 1e-5)
        return self.b(torch.relu(self.g * z + self.be))
