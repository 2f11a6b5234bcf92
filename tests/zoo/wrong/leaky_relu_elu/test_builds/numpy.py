"""NumPy arrays are returned."""
import numpy as np
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
