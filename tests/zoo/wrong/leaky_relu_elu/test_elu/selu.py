"""SELU: scaled as a whole."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    return torch.nn.functional.elu(z, alpha) * 1.0507
