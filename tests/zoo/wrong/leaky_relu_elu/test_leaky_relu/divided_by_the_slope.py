"""Divides by the slope."""
import torch
from torch.nn import functional as F


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, z / negative_slope)


def elu(z, alpha=1.0):
    return F.elu(z, alpha)
