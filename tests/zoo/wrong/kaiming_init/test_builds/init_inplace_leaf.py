import math
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(h, f))
        self.W_1 *= math.sqrt(2 / f)

    def forward(self, x):
        return x
