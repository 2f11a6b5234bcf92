"""The logarithm of a softmax overflows for large logits."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters())
    picked = logits.softmax(dim=1).gather(1, targets[:, None])
    return -picked.log().mean() + strength * penalty
