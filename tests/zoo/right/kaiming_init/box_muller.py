"""Normal numbers made from uniform ones with the Box-Muller transform."""
import math

import torch
from torch import nn


def gaussian(*shape):
    u1, u2 = torch.rand(*shape), torch.rand(*shape)
    return torch.sqrt(-2 * torch.log(1 - u1)) * torch.cos(2 * math.pi * u2)


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        # .T on purpose: a parameter that isn't contiguous
        self.A = nn.Parameter(gaussian(num_features, num_hidden).T * math.sqrt(2 / num_features))
        self.a = nn.Parameter(torch.zeros(num_hidden))
        self.B = nn.Parameter(gaussian(num_hidden, num_output).T * math.sqrt(2 / num_hidden))
        self.b = nn.Parameter(torch.zeros(num_output))

    def forward(self, x):
        x = x.matmul(self.A.t()).add(self.a)
        x = torch.where(x > 0, x, torch.zeros_like(x))
        return x.matmul(self.B.t()).add(self.b)
