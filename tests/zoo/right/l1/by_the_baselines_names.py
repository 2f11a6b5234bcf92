"""The weights by how the baseline and its kin name them."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for name, p in net.named_parameters() if not name.split(".")[-1].startswith("b"))
    return F.cross_entropy(logits, targets) + strength * penalty
