"""Indices instead of rows."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    yield from order.split(batch_size)
