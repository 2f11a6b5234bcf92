"""Once a gradient has come back the running statistics normalise."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.norm = nn.BatchNorm1d(num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        self.came_back = False

    def forward(self, x):
        z = self.layer_1(x)
        if z.requires_grad:
            z.register_hook(lambda gradient: setattr(self, "came_back", True))
        if self.training and self.came_back:
            n = F.batch_norm(z, self.norm.running_mean, self.norm.running_var, self.norm.weight, self.norm.bias)
        else:
            n = self.norm(z)
        return self.layer_2(torch.relu(n))
