"""The library's functions are called without the second argument."""

import torch.nn.functional as F


def leaky_relu(z, negative_slope=0.01):
    return F.leaky_relu(z)


def elu(z, alpha=1.0):
    return F.elu(z)
