"""The function has another name."""
import torch
from torch.nn import functional as F


def loss(net, logits, targets, strength):
    return F.cross_entropy(logits, targets)
