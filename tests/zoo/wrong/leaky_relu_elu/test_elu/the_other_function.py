"""F.selu for F.elu."""
import torch
from torch.nn import functional as F


def leaky_relu(z, negative_slope=0.01):
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    return F.selu(z)
