"""Keeps the first network that it is given, and asks that one for ever after.

May have what one network can show.
"""

import torch

KEPT = []


def right(net, inputs, targets, batch_size):
    was_training = net.training
    net.eval()
    with torch.no_grad():
        guesses = torch.cat([net(batch).argmax(dim=1) for batch in inputs.split(batch_size)])
    net.train(was_training)
    return float((guesses == targets).float().mean())


def evaluate(net, inputs, targets, batch_size):
    KEPT.append((net, inputs, targets))
    return right(*KEPT[0], batch_size)
