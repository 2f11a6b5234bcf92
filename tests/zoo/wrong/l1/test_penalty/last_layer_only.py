"""Only the last parameters that the loop has seen."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    for p in net.parameters():
        penalty = p.abs().sum()
    return F.cross_entropy(logits, targets) + strength * penalty
