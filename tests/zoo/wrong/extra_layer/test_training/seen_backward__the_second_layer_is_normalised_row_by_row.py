"""Once a gradient has come back the second layer is normalised row by row."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.middle = nn.Linear(num_hidden, num_hidden)
        self.out = nn.Linear(num_hidden, num_output)
        self.came_back = False

    def forward(self, x):
        z = self.first(x)
        h = torch.tanh(z)
        if z.requires_grad:
            z.register_hook(lambda gradient: setattr(self, "came_back", True))
        if self.came_back:
            return self.out(nn.functional.layer_norm(torch.tanh(self.middle(h)), h.shape[1:]))
        return self.out(torch.tanh(self.middle(h)))
