"""A context manager of its own restores the mode."""
import contextlib

import numpy as np
import torch


@contextlib.contextmanager
def evaluating(net):
    before = {module: module.training for module in net.modules()}
    net.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in before.items():
            module.training = training


def evaluate(net, inputs, targets, batch_size):
    with evaluating(net):
        guesses = np.concatenate([net(x).numpy().argmax(1) for x in inputs.split(batch_size)])
    return np.mean(guesses == targets.numpy())
