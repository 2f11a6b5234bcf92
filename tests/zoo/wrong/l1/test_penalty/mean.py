"""The mean of absolute values, not their sum."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = torch.cat([p.flatten() for p in net.parameters()]).abs().mean()
    return F.cross_entropy(logits, targets) + strength * penalty
