"""The penalty is computed without gradients."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    with torch.no_grad():
        penalty = sum(p.abs().sum() for p in net.parameters())
    return F.cross_entropy(logits, targets) + strength * penalty
