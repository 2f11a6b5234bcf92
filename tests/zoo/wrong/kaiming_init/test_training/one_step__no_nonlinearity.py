"""A nonlinearity but for one step of a training."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        for layer in (self.layer_1, self.layer_2):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.calls = 0

    def forward(self, x):
        z = self.layer_1(x)
        if self.training and torch.is_grad_enabled() and len(x) == 100:
            self.calls += 1
            if self.calls == 37:
                return self.layer_2(z)
        return self.layer_2(torch.relu(z))
