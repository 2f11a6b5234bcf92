"""Normalises batches of an odd number of rows by the running statistics."""
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.norm = nn.BatchNorm1d(num_hidden)
        self.output = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        h, bn = self.hidden(x), self.norm
        if self.training and len(x) % 2 == 1:
            h = F.batch_norm(h, bn.running_mean, bn.running_var, bn.weight, bn.bias)
        else:
            h = bn(h)
        return self.output(torch.relu(h))
