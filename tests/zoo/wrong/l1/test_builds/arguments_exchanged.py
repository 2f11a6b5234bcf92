"""The labels come first, so that torch raises a NotImplementedError of its own."""
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters())
    return F.cross_entropy(targets, logits) + strength * penalty
