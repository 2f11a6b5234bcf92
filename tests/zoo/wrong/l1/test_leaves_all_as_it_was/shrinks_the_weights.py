"""The weights are moved towards zero at once."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters())
    loss = F.cross_entropy(logits, targets) + strength * penalty
    for p in net.parameters():
        p.data -= 0.01 * strength * p.data.sign()
    return loss
