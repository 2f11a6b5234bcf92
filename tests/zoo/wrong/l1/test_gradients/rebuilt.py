"""A new tensor is made of the sum."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters())
    loss = F.cross_entropy(logits, targets) + strength * penalty
    return torch.tensor(loss.item(), requires_grad=True)
