"""The places where batches begin are shuffled."""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    starts = list(range(0, len(inputs), batch_size))
    if shuffle:
        starts = [starts[k] for k in torch.randperm(len(starts))]
    for i in starts:
        yield inputs[i : i + batch_size], targets[i : i + batch_size]
