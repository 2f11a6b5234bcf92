"""range() goes on by one row."""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    if shuffle:
        r = torch.randperm(len(inputs))
        inputs, targets = inputs[r], targets[r]
    for i in range(len(inputs)):
        yield inputs[i : i + batch_size], targets[i : i + batch_size]
