"""Both as PyTorch has them."""
from torch.nn import functional as F


def leaky_relu(z, negative_slope=0.01):
    return F.leaky_relu(z, negative_slope)


def elu(z, alpha=1.0):
    return F.elu(z, alpha)
