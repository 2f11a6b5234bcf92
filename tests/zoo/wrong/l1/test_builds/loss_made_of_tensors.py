"""The tensors are passed where the loss is made."""
import torch
from torch import nn
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    loss = nn.CrossEntropyLoss(logits, targets)
    return loss + strength * sum(p.abs().sum() for p in net.parameters())
