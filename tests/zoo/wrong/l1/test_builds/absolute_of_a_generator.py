"""The generator itself is passed to torch.abs."""
import torch
from torch import nn
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    loss = F.cross_entropy(logits, targets)
    return loss + strength * torch.abs(net.parameters()).sum()
