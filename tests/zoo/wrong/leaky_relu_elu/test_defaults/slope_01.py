"""The default slope is 0.1."""
import torch


def leaky_relu(z, negative_slope=0.1):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
