"""math.exp, of a whole tensor."""
import math

import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * (math.exp(z) - 1))
