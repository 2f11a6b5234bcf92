"""Masks multiply, so infinity times zero is not a number."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    positive = (z > 0).float()
    return positive * z + (1 - positive) * alpha * (z.exp() - 1)
