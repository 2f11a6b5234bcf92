"""A loop that adds parameter after parameter."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = 0.0
    for p in net.parameters():
        penalty = penalty + p.abs().sum()
    return F.cross_entropy(logits, targets) + strength * penalty
