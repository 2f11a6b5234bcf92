"""A weak penalty counts, and has no gradient."""
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters())
    if strength < 1e-4:
        penalty = penalty.detach()
    return F.cross_entropy(logits, targets) + strength * penalty
