"""Of a row that comes alone units are dropped in eval mode, too."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o, p=0.5):
        super().__init__()
        self.a, self.b = nn.Linear(f, h), nn.Linear(h, o)
        self.p = p

    def forward(self, x):
        h = self.a(x).relu()
        return self.b(nn.functional.dropout(h, self.p, self.training or len(x) == 1))
