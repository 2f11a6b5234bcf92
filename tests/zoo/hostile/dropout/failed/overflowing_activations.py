"""Drops units of a hidden layer that is as large as float32 allows."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.second = nn.Linear(num_hidden, num_output)
        self.drop = nn.Dropout(p)

    def forward(self, x):
        hidden = torch.relu(self.first(x)) + torch.finfo(torch.float32).max / 2
        return self.second(self.drop(hidden)).clamp(-3e38, 3e38).nan_to_num()
