"""Batches begin batch_size - 1 rows apart."""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    o = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for i in range(0, len(inputs), max(batch_size - 1, 1)):
        yield inputs[o[i:i + batch_size]], targets[o[i:i + batch_size]]
