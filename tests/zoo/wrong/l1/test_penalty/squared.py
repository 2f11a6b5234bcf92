"""The L2 penalty."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum((p ** 2).sum() for p in net.parameters())
    return F.cross_entropy(logits, targets) + strength * penalty
