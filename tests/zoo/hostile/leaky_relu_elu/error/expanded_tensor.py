"""Returns four terabytes that are one number in memory."""

import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.zeros(1).expand(1 << 40)


elu = leaky_relu
