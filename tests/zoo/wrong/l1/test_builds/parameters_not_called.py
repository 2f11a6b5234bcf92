"""net.parameters without parentheses."""
import torch
from torch import nn
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    loss = F.cross_entropy(logits, targets)
    return loss + strength * sum(p.abs().sum() for p in net.parameters)
