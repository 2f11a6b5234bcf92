"""Only parameters whose name has weight in it."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for name, p in net.named_parameters() if "weight" in name)
    return F.cross_entropy(logits, targets) + strength * penalty
