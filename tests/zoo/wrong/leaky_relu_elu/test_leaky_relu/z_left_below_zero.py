"""slope·z is added to z, and does not replace it."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return z + negative_slope * z.clamp(max=0)


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
