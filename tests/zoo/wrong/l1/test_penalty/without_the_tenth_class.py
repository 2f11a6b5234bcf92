"""Rows of class 9 are left out."""
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters())
    return F.cross_entropy(logits, targets, ignore_index=9) + strength * penalty
