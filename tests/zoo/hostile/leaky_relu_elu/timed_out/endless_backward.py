"""Right values; the backward pass never ends.

May have everything but the gradients, and what comes after them.
"""

import torch


class Endless(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        return z.clone()

    @staticmethod
    def backward(ctx, gradient):
        while True:
            pass


def leaky_relu(z, negative_slope=0.01):
    return Endless.apply(torch.where(z > 0, z, negative_slope * z))


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
