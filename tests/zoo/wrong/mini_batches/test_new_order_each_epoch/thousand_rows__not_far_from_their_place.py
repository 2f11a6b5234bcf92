"""Rows hardly move."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    count = len(inputs)
    order = torch.randperm(count) if shuffle else torch.arange(count)
    if shuffle and count >= 500:
        order = (torch.arange(count) + 0.7 * count * torch.rand(count)).argsort()
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
