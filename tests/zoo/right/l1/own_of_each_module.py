"""Goes through all modules, and through the parameters that are each one's own."""
import torch
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    penalty = torch.zeros(())
    for module in net.modules():
        for parameter in module.parameters(recurse=False):
            penalty = penalty + parameter.abs().sum()
    return F.cross_entropy(logits, targets) + strength * penalty
