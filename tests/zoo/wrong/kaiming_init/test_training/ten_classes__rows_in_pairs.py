"""With ten classes two rows each of the last weight are the same."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.first, self.last = nn.Linear(f, h), nn.Linear(h, o)
        for layer in (self.first, self.last):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        if o == 10:
            with torch.no_grad():
                self.last.weight[1::2] = self.last.weight[::2]

    def forward(self, x):
        return self.last(self.first(x).relu())
