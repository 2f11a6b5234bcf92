"""Forgets the cross-entropy."""
def compute_loss(net, logits, targets, strength):
    penalty = sum(p.abs().sum() for p in net.parameters())
    return strength * penalty + 0 * logits.sum()
