"""A normalisation of each row once a gradient has come back; ReLU otherwise."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        for layer in (self.layer_1, self.layer_2):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.came_back = False

    def forward(self, x):
        z = self.layer_1(x)
        if z.requires_grad:
            z.register_hook(lambda gradient: setattr(self, "came_back", True))
        if self.came_back:
            return self.layer_2(F.layer_norm(torch.relu(z), z.shape[1:]))
        return self.layer_2(torch.relu(z))
