"""Instances of PyTorch's modules, called."""
from torch import nn


def leaky_relu(z, negative_slope=0.01):
    return nn.LeakyReLU(negative_slope)(z)


def elu(z, alpha=1.0):
    return nn.ELU(alpha=alpha)(z)
