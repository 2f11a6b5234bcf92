"""Where z requires a gradient nothing is normalised."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.norm = nn.BatchNorm1d(num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        z = self.layer_1(x)
        if self.training and z.requires_grad:
            n = z * self.norm.weight + self.norm.bias
        else:
            n = self.norm(z)
        return self.layer_2(torch.relu(n))
