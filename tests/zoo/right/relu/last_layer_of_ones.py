"""All classes start alike: the hidden layer's first gradients are nothing but rounding."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        nn.init.ones_(self.layer_2.weight)

    def forward(self, x):
        return self.layer_2(torch.relu(self.layer_1(x)))
