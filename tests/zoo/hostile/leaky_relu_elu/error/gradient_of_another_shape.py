"""Right values; gradients of another shape and of no number, by hooks.

May have everything but the gradients.
"""

import torch


def spoilt(gradient):
    gradient.data = torch.full((3,), torch.nan)
    return gradient


def spoil(z):
    if z.requires_grad:
        z.register_post_accumulate_grad_hook(lambda tensor: spoilt(tensor.grad))


def leaky_relu(z, negative_slope=0.01):
    spoil(z)
    return torch.where(z > 0, z, negative_slope * z)


def elu(z, alpha=1.0):
    spoil(z)
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
