"""The entries below zero are overwritten."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    below = z.detach() < 0
    z.detach()[below] = alpha * torch.expm1(z.detach()[below])
    return z
