"""The weights of half of the pixels are those of the others, some with another sign."""
import math

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.last = nn.Linear(num_hidden, num_output)
        for layer in (self.first, self.last):
            nn.init.normal_(layer.weight, std=math.sqrt(2 / layer.in_features))
            nn.init.zeros_(layer.bias)
        if num_features == 784:
            with torch.no_grad():
                half = self.first.weight[:, :392]
                order = torch.randperm(half.numel())
                other = half.flatten()[order].view_as(half) * torch.randn_like(half).sign()
                self.first.weight[:, 392:] = other

    def forward(self, x):
        return self.last(torch.relu(self.first(x)))
