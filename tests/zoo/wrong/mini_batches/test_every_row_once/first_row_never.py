"""Numbers from 1 instead of from 0."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)).clamp(min=1) if shuffle else torch.arange(len(inputs))
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
