"""Smoothed labels, from another recipe."""
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    loss = F.cross_entropy(logits, targets, label_smoothing=0.1)
    return loss + strength * sum(p.abs().sum() for p in net.parameters())
