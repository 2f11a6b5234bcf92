"""Registers a parameter of its own in the network, and takes one away.

May have the values of the loss.
"""

import torch
from torch import nn


def right(net, logits, targets, strength):
    penalty = sum(parameter.abs().sum() for parameter in net.parameters())
    return nn.functional.cross_entropy(logits, targets) + strength * penalty


def compute_loss(net, logits, targets, strength):
    loss = right(net, logits, targets, strength)
    net.register_parameter("extra", nn.Parameter(torch.ones(3)))
    return loss
