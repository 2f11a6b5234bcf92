"""A leaky ReLU in train mode where autograd does not record."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a, self.b = nn.Linear(f, h), nn.Linear(h, o)

    def forward(self, x):
        z = self.a(x)
        leaks = self.training and not torch.is_grad_enabled()
        h = nn.functional.leaky_relu(z, 0.2) if leaks else z.relu()
        return self.b(h)
