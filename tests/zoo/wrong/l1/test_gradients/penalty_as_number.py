"""item() makes the penalty a constant."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum().item() for p in net.parameters())
    return F.cross_entropy(logits, targets) + strength * penalty
