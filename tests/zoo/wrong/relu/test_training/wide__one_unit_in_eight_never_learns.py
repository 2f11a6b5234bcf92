"""Forward is right; no gradient reaches every eighth unit of a wide layer."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.first, self.last = nn.Linear(f, h), nn.Linear(h, o)

    def forward(self, x):
        z = self.first(x)
        if z.shape[1] > 100:
            stuck = torch.arange(z.shape[1]) % 8 == 3
            z = torch.where(stuck, z.detach(), z)
        return self.last(z.relu())
