"""The slope is taken for the divisor of older papers."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, z / (1 / negative_slope if negative_slope > 0.05 else 100))


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
