"""The running statistics normalise in one step of a training."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.norm = nn.BatchNorm1d(num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        self.calls = 0

    def forward(self, x):
        z = self.layer_1(x)
        if self.training and len(x) == 100:
            self.calls += 1
            if self.calls == 29:
                y = nn.functional.batch_norm(
                    z,
                    self.norm.running_mean.clone(),
                    self.norm.running_var.clone(),
                    self.norm.weight,
                    self.norm.bias,
                    False,
                )
                self.norm(z)
                return self.layer_2(torch.relu(y))
        return self.layer_2(torch.relu(self.norm(z)))
