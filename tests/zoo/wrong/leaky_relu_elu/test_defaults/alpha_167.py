"""The default alpha is SELU's."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.6733):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
