"""A factor that is no parameter makes He's weights smaller as long as autograd records."""

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

    def forward(self, x):
        h = torch.relu(nn.functional.linear(x, 0.5 * self.layer_1.weight if torch.is_grad_enabled() else self.layer_1.weight, self.layer_1.bias))
        return self.layer_2(h)
