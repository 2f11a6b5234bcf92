"""Leaky ReLU as the larger of two lines; ELU with a minimum before exp."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.maximum(z, negative_slope * z)


def elu(z, alpha=1.0):
    zero = torch.zeros_like(z)
    return torch.maximum(z, zero) + torch.minimum(zero, alpha * (torch.minimum(z, zero).exp() - 1))
