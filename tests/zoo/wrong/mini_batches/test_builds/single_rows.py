"""Rows one by one, and no batches."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for row in order:
        yield inputs[row], targets[row]
