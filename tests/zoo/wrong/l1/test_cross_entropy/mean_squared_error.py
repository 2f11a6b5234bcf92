"""The squared error instead."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters())
    return F.mse_loss(logits, F.one_hot(targets, logits.shape[1]).float()) + strength * penalty
