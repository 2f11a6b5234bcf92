"""Shuffled whether asked for or not."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs))
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
