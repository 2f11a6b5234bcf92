"""Batch normalisation after a tanh, in an nn.Sequential from a factory function."""
from torch import nn


def Net(num_features, num_hidden, num_output):
    return nn.Sequential(
        nn.Linear(num_features, num_hidden),
        nn.Tanh(),
        nn.BatchNorm1d(num_hidden),
        nn.Linear(num_hidden, num_output),
    )
