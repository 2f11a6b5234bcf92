"""The gain of GELU, which torch does not know."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))
        for w in (self.W_1, self.W_2):
            nn.init.kaiming_normal_(w, nonlinearity='gelu')
        self.activation = nn.ReLU()

    def forward(self, x):
        x = nn.functional.linear(x, self.W_1, self.b_1)
        x = self.activation(x)
        return nn.functional.linear(x, self.W_2, self.b_2)
