"""The layer is made, and not called."""
import torch
from torch import nn


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    return nn.ELU(alpha)
