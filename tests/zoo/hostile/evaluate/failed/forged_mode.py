"""Leaves the network in a mode that is an array, and is neither.

May have everything but that.
"""

import numpy as np
import torch


def right(net, inputs, targets, batch_size):
    was_training = net.training
    net.eval()
    with torch.no_grad():
        guesses = torch.cat([net(batch).argmax(dim=1) for batch in inputs.split(batch_size)])
    net.train(was_training)
    return float((guesses == targets).float().mean())


def evaluate(net, inputs, targets, batch_size):
    accuracy = right(net, inputs, targets, batch_size)
    net.training = np.ones(3)
    return accuracy
