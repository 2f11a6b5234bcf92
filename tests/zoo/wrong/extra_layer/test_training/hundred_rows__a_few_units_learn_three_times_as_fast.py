"""The gradients of the last twelve of many first units are three times as large as they are."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(f, h), nn.Linear(h, h), nn.Linear(h, o)

    def forward(self, x):
        first = self.a(x).relu()
        if first.requires_grad and first.shape[1] > 100:
            first.register_hook(lambda g: torch.cat([g[:, :-12], 3 * g[:, -12:]], dim=1))
        return self.c(self.b(first).relu())
