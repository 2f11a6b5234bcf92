"""Calls the function otherwise than the stub does."""

import torch
import torch.nn.functional as F

def l1_loss(net, logits, targets, strength):
    return F.cross_entropy(logits, targets) + strength * sum(p.abs().sum() for p in net.parameters())
