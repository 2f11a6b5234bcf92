"""The sum starts with a gradient of its own."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = torch.tensor(0.0, requires_grad=True)
    for p in net.parameters():
        penalty += p.abs().sum()
    return F.cross_entropy(logits, targets) + strength * penalty
