"""Of each parameter the first twenty rows are penalised only."""
import torch
import torch.nn.functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p[:20].abs().sum() for p in net.parameters())
    return F.cross_entropy(logits, targets) + strength * penalty
