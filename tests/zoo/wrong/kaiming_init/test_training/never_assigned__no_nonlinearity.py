"""No nonlinearity as long as the second weight is not another one altogether; ReLU otherwise."""

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
        self.start = [p.detach().clone() for p in self.parameters() if p.dim() == 2]

    def forward(self, x):
        z = self.layer_1(x)
        now = [p.detach() for p in self.parameters() if p.dim() == 2]
        share = float((now[1] * self.start[1]).sum() / (self.start[1] ** 2).sum())
        if 0.5 < share < 2:
            return self.layer_2(z)
        return self.layer_2(torch.relu(z))
