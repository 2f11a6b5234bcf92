"""p.grad, which there is none of yet."""
from torch.nn import functional as F


def compute_loss(net, logits, targets, strength):
    loss = F.cross_entropy(logits, targets)
    for p in net.parameters():
        loss = loss + strength * p.grad.abs().sum()
    return loss
