"""The condition is off by one."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z >= 1, z, negative_slope * z)


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
