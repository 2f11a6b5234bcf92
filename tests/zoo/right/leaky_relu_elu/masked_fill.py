"""The input of exp with its positive entries filled by zero; absolute values for the other."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return (1 + negative_slope) / 2 * z + (1 - negative_slope) / 2 * z.abs()


def elu(z, alpha=1.0):
    below = alpha * (z.masked_fill(z > 0, 0.0).exp() - 1)
    return torch.relu(z) + below
