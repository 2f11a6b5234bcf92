"""From the last row to the first."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs)).flip(0)
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
