"""exp(z - 1) in place of exp(z) - 1."""

import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.exp(z.clamp(max=0) - 1))
