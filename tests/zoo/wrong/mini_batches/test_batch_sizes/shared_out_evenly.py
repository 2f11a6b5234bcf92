"""Rows are shared out evenly."""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    n = -(-len(inputs) // batch_size)
    o = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for idx in torch.tensor_split(o, n):
        yield inputs[idx], targets[idx]
