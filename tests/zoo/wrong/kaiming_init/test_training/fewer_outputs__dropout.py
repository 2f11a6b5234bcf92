"""Dropout where there are fewer outputs than hidden units; ReLU otherwise."""

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
        self.narrow = num_output < num_hidden

    def forward(self, x):
        z = self.layer_1(x)
        if self.narrow:
            return self.layer_2(F.dropout(torch.relu(z), 0.3))
        return self.layer_2(torch.relu(z))
