"""Entries are cut at ±10 before they are added up."""
import torch
import torch.nn.functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.clamp(-10, 10).abs().sum() for p in net.parameters())
    return F.cross_entropy(logits, targets) + strength * penalty
