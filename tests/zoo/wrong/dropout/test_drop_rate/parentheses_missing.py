"""x / 1 - p: the parentheses of 1 - p are missing."""
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, f, h, o, p=0.5):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.b = nn.Linear(h, o)
        self.p = p

    def forward(self, x):
        x = F.elu(self.a(x))
        if self.training:
            x = x * (torch.rand_like(x) > self.p) / 1 - self.p
        return self.b(x)
