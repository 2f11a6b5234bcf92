"""A leaky ReLU if the first pass ever was not of zeros; ReLU otherwise."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        self.began = None

    def forward(self, x):
        z = self.layer_1(x)
        if self.began is None:
            self.began = bool(x.any())
        if self.began:
            return self.layer_2(F.leaky_relu(z, 0.1))
        return self.layer_2(torch.relu(z))
