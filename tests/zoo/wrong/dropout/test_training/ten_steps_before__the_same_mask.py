"""Ten masks, which come round again."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        self.p = p
        self.masks = []

    def forward(self, x):
        h = torch.relu(self.layer_1(x))
        if not self.training:
            return self.layer_2(h)
        if len(self.masks) >= 10 and self.masks[-10].shape == h.shape:
            mask = self.masks[-10]
        else:
            mask = (torch.rand_like(h) >= self.p) / (1 - self.p)
        self.masks.append(mask)
        return self.layer_2(h * mask)
