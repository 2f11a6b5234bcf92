"""alpha multiplies z."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, torch.exp(alpha * z.clamp(max=0)) - 1)
