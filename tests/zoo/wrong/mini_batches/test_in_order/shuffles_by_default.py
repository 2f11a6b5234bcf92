"""Shuffled by default."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=True):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
