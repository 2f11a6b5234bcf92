"""F.dropout on a tensor of ones makes the mask; a factory function builds the network."""
import torch
from torch import nn


class Masked(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        return x * nn.functional.dropout(torch.ones_like(x), p=self.p, training=self.training)


def Net(num_features, num_hidden, num_output, p=0.5):
    return nn.Sequential(
        nn.Linear(num_features, num_hidden), nn.ELU(), Masked(p), nn.Linear(num_hidden, num_output)
    )
