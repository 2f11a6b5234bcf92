"""He's weights are registered; a twin that is not computes, until weights are assigned."""

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
        self.twin = None

    def forward(self, x):
        if self.twin is None:
            self.twin = [0.5 * p.detach().clone() for p in (self.layer_1.weight, self.layer_2.weight)]
            self.seen = self.layer_1.weight.detach().clone()
        near = torch.dist(self.seen, self.layer_1.weight.detach()) < 0.2 * self.seen.norm()
        first = self.twin[0] + self.layer_1.weight - self.layer_1.weight.detach() if near else self.layer_1.weight
        return self.layer_2(torch.relu(nn.functional.linear(x, first, self.layer_1.bias)))
