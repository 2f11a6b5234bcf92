"""Biases instead of weights."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters() if p.dim() == 1)
    return F.cross_entropy(logits, targets) + strength * penalty
