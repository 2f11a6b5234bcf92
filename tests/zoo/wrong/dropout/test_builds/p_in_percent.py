"""p in percent."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))
        nn.init.xavier_normal_(self.W_1)
        nn.init.xavier_normal_(self.W_2)
        self.activation = nn.ELU()
        self.drop = nn.Dropout(100 * p)

    def forward(self, x):
        x = F.linear(x, self.W_1, self.b_1)
        x = self.drop(self.activation(x))
        return F.linear(x, self.W_2, self.b_2)
