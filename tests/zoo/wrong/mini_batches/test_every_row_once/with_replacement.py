"""Rows are drawn with replacement."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randint(len(inputs), (len(inputs),)) if shuffle else torch.arange(len(inputs))
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
